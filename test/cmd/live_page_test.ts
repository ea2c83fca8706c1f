import { describe, expect, test } from "bun:test";
import { LivePage } from "../../cmd/_live_page.ts";

/** A page that counts how often it was made, and cannot be made while `isBroken`. */
function countedPage() {
  const state = { made: 0, isBroken: false };
  const page = new LivePage(async () => {
    state.made++;
    await Bun.sleep(1);
    if (state.isBroken) throw new Error("no log");
    return `page ${state.made}`;
  });
  return { state, page };
}

describe("LivePage", () => {
  test("is made when it is first asked for, once for all who ask meanwhile", async () => {
    const { state, page } = countedPage();
    expect(state.made).toBe(0);
    expect(await Promise.all([page.current(), page.current()])).toEqual(["page 1", "page 1"]);
    expect(await page.current()).toBe("page 1");
    expect(state.made).toBe(1);
  });

  test("rests before it is made anew, however often it goes out of date", async () => {
    const { state, page } = countedPage();
    let told = 0;
    const tell = () => {
      told++;
    };
    await page.current();
    page.renewSoon(tell);
    page.outdate();
    page.renewSoon(tell);
    expect(await page.current()).toBe("page 1");
    expect({ ...state, told }).toEqual({ made: 1, isBroken: false, told: 0 });
    while (told === 0) {
      page.renewSoon(tell);
      await Bun.sleep(20);
    }
    expect(await page.current()).toBe("page 2");
    page.renewSoon(tell);
    expect({ ...state, told }).toEqual({ made: 2, isBroken: false, told: 1 });
  });

  test("tells why there is none, and tries again for the next who asks", async () => {
    const { state, page } = countedPage();
    state.isBroken = true;
    await expect(page.current()).rejects.toThrow("no log");
    state.isBroken = false;
    expect(await page.current()).toBe("page 2");
  });
});
