import { expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encodeEvent } from "../../lib/event/encode.ts";
import { fixtures, run, temporaryFolder } from "../support/binary.ts";
import { browserTool, useBrowser } from "../support/browser.ts";
import { servePage } from "../support/page_server.ts";
import { describeWithTools } from "../support/tools.ts";

// A browser, on a machine that may have other work.
setDefaultTimeout(60_000);

/** Writes the page of a log; returns its address. */
async function pageOf(log: string, folder: string, name = "page.html"): Promise<string> {
  const { code, stderr } = await run(["report", log, "-o", name, "--quiet"], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return pathToFileURL(join(folder, name)).href;
}

describeWithTools("the page in a browser", [browserTool], () => {
  const open = useBrowser();
  const log = join(fixtures, "before.log");

  test("opens from disk with the network off: it asks for nothing and complains of nothing", async () => {
    using folder = temporaryFolder();
    const url = await pageOf(log, folder.path);
    await using visit = await open({ offline: true });
    await visit.page.goto(url);
    expect(await visit.page.title()).toContain("before.log");
    // What comes to life late is looked at too.
    await visit.page.locator("details.session summary").first().click();
    await visit.page.locator(".plot canvas").first().waitFor();
    expect(await visit.page.locator(".u-legend .u-series").count()).toBe(5);
    visit.expectQuiet(url);
  });

  test("sorts, filters, opens a request and follows a link to it, by the keyboard too", async () => {
    using folder = temporaryFolder();
    const url = await pageOf(log, folder.path);
    await using visit = await open();
    const { page } = visit;
    await page.goto(url);

    const p95 = page.locator("#spans tbody tr td:nth-child(7)");
    const shown = async () =>
      (await p95.evaluateAll((cells) => cells.map((cell) => cell.getAttribute("data-value")))).map(
        (value) => (value === "" ? null : Number(value)),
      );
    const asWritten = await shown();
    const known = asWritten.filter((value) => value !== null);
    const sortByP95 = page.getByRole("button", { name: "p95" }).first();
    await sortByP95.click();
    expect((await shown()).slice(0, known.length)).toEqual(known.toSorted((a, b) => b - a));
    expect(await page.locator('#spans th[aria-sort="descending"]').textContent()).toBe("p95");
    await sortByP95.focus();
    await page.keyboard.press("Enter");
    expect((await shown()).slice(0, known.length)).toEqual(known.toSorted((a, b) => a - b));
    expect(known.length).toBeGreaterThan(10);

    const requests = page.locator("details.request:visible");
    expect(await requests.count()).toBe(48);
    await page.getByLabel("Filter by id").fill("F1C95");
    expect(await requests.count()).toBe(1);
    expect(await page.locator("#filter-count").textContent()).toBe("1 of 48");
    await requests.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#request-f1c95e88 svg.waterfall").isVisible()).toBe(true);

    // A link to a request that the filter hides shows it all the same.
    await page.locator("details.session summary").first().click();
    await page.getByRole("link", { name: "6888a373", exact: true }).click();
    expect(new URL(page.url()).hash).toBe("#request-6888a373");
    const target = page.locator("#request-6888a373");
    await target.locator("svg.waterfall").waitFor();
    expect(await target.getByText("Ledger of 6888a373").isVisible()).toBe(true);

    // And so does the address by itself.
    await using other = await open();
    await other.page.goto(`${url}#request-6888a373`);
    await other.page.locator("#request-6888a373[open]").waitFor();
    expect([...visit.complaints, ...other.complaints]).toEqual([]);
  });

  test("has its figures, tables and waterfalls without scripts", async () => {
    using folder = temporaryFolder();
    const url = await pageOf(log, folder.path);
    await using visit = await open({ javaScriptEnabled: false });
    const { page } = visit;
    await page.goto(url);
    expect(await page.locator('[data-figure="voice_to_voice"] .big').textContent()).toBe("5.64s");
    expect(await page.locator("#spans tbody tr").count()).toBeGreaterThan(10);
    expect(await page.locator("form.filter").isVisible()).toBe(false);
    expect(await page.locator(".plot").first().isVisible()).toBe(false);
    await page.locator("#request-6888a373 summary").click();
    expect(await page.locator("#request-6888a373 svg.waterfall").isVisible()).toBe(true);
    expect(await page.locator("svg.waterfall").count()).toBe(48);
    visit.expectQuiet(url);
  });

  test("has no serious fault for those who do not see it, in light and in dark", async () => {
    using folder = temporaryFolder();
    const url = await pageOf(join(fixtures, "conversation.log"), folder.path);
    for (const colorScheme of ["light", "dark"] as const) {
      await using visit = await open({ colorScheme });
      await visit.page.goto(url);
      await visit.page.locator("details.session summary").first().click();
      await visit.page.locator("details.request summary").first().click();
      await visit.page.locator(".plot canvas").first().waitFor();
      expect({ colorScheme, faults: await visit.seriousFaults() }).toEqual({
        colorScheme,
        faults: [],
      });
    }
  });

  test("can be looked at in light, in dark, and on paper", async () => {
    using folder = temporaryFolder();
    const url = await pageOf(log, folder.path);
    await using visit = await open();
    const { page } = visit;
    await page.goto(url);
    const paper = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const papers: unknown[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      papers.push(await paper());
      expect(await visit.picture(folder.path, `${colorScheme}.png`)).toBeGreaterThan(10_000);
    }
    expect(papers).toEqual(["rgb(255, 255, 255)", "rgb(13, 17, 23)"]);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    // Paper is white, whatever the screen is.
    expect(await paper()).toBe("rgb(255, 255, 255)");
    expect(await page.locator("nav").isVisible()).toBe(false);
    expect(await visit.picture(folder.path, "print.png")).toBeGreaterThan(10_000);
    const pdf = await page.pdf();
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    const pictures = readdirSync(folder.path).filter((name) => name.endsWith(".png"));
    expect(pictures.sort()).toEqual(["dark.png", "light.png", "print.png"]);
  });

  test("runs nothing that stands in the log, in whatever field", async () => {
    const payloads = [
      "</SCRIPT><img src=x onerror=alert(1)>",
      "</style><svg onload=alert(2)>",
      '"><script>alert(3)</script>',
      "'onmouseover='alert(4)",
      "]]><!--<iframe srcdoc='<script>alert(5)</script>'>",
      "\u2028alert(6)\u2029//",
      "javascript:alert(7)",
      "</title><base href=//127.0.0.1:1/>",
      "`;alert(8)//",
    ];
    using folder = temporaryFolder();
    const name = "</SCRIPT><img src=x onerror=alert(0)>'\".log".replaceAll("/", "\u2215");
    const path = join(folder.path, name);
    const events = payloads.flatMap((text, index) =>
      [`${text}_start`, `${text}_end`, "tts_audio_playback_start", text].map((event, step) =>
        encodeEvent({
          timestampSeconds: 1_764_253_805 + index * 60 + step,
          requestId: text,
          service: step === 0 ? "stt" : text,
          name: event,
          metadata: { session_id: text, [text]: text, list: [text, { [text]: text }] },
        }),
      ),
    );
    writeFileSync(path, `${events.join("")}${payloads.join("\n")}\n`);
    const url = await pageOf(path, folder.path);
    await using visit = await open({ offline: true });
    const { page } = visit;
    await page.goto(url);
    await page.locator("details").evaluateAll((all) => {
      for (const one of all) one.setAttribute("open", "");
    });
    await page
      .locator(".plot canvas")
      .nth(payloads.length - 1)
      .waitFor();
    await page.getByLabel("Filter by id").fill("<img src=x onerror=alert(1)>");
    for (const button of await page.getByRole("button").all()) await button.click();
    visit.expectQuiet(url);
    expect(
      await page.locator("img, iframe, base, [onerror], [onload], [onmouseover]").count(),
    ).toBe(0);
    expect(await page.locator("script").count()).toBe(1 + payloads.length);
    expect(await page.locator("details.request").count()).toBe(payloads.length);
    expect(await page.locator("#problems tbody tr").count()).toBe(payloads.length);
    expect(await page.title()).toContain("onerror=alert(0)");
  });
});

describeWithTools("the page that follows a log", [browserTool], () => {
  const open = useBrowser();

  test("shows the turn that goes on, and new figures when it has finished", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    const say = (id: string, names: readonly string[]) => {
      for (const name of names) {
        const timestampSeconds = Date.now() / 1000;
        const event = {
          timestampSeconds,
          requestId: id,
          service: name.slice(0, 3),
          name,
          metadata: {},
        };
        appendFileSync(log, encodeEvent(event));
      }
    };
    const early = ["stt_transcript_finalized", "v34_ollama_sent"];
    const late = ["v34_ollama_received", "tts_audio_playback_start", "tts_audio_playback_complete"];
    say("aaaa0001", [...early, ...late]);
    await using server = await servePage(["0", log, "--quiet"]);
    const { url } = server;
    await using visit = await open();
    const { page } = visit;
    await page.goto(url);
    await page.getByText("Nobody is speaking").waitFor();
    expect(await page.locator("details.request").count()).toBe(1);
    await page.locator("#request-aaaa0001 summary").click();
    await page.getByLabel("Filter by id").fill("aaaa");

    say("<img src=x onerror=alert(1)>", early);
    await page.getByText("Request <img src=x onerror=alert(1)> is going on").waitFor();
    await page.locator("#now-body svg.waterfall").waitFor();
    say("<img src=x onerror=alert(1)>", late);
    await page.getByText("2 requests,").waitFor();
    await page.getByText("Nobody is speaking").waitFor();
    // What was open is open, what was typed is typed.
    expect(await page.locator("#request-aaaa0001[open]").count()).toBe(1);
    expect(await page.getByLabel("Filter by id").inputValue()).toBe("aaaa");
    expect(await page.locator("#filter-count").textContent()).toBe("1 of 2");
    expect(visit.complaints).toEqual([]);
    expect(visit.requests.every((address) => address.startsWith(url))).toBe(true);

    const { code, stderr } = await server.end("SIGINT");
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
    await page.getByText("Nobody serves this page any more").waitFor();
  });
});
