import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { formatSize } from "../../lib/units/size.ts";
import {
  clickHouseTools,
  startClickHouse,
  type TestServer,
  type TestServers,
} from "../support/clickhouse.ts";
import { type Fate, startProxy } from "../support/clickhouse_proxy.ts";
import { linesFrom, type ShippedLog, shippedLog, storedEvents } from "../support/shipping.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { describeWithTools } from "../support/tools.ts";

setDefaultTimeout(120_000);

/** Three ranges: the inserts are of their events, and then of all their counts. */
const lines = 55_000;
const inserts = 4;
const text = linesFrom(0, lines);

describeWithTools("what is shipped while things go wrong", clickHouseTools, () => {
  let servers: TestServers;
  let server: TestServer;
  beforeAll(async () => {
    servers = await startClickHouse();
    server = servers.first;
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  /** Each event is stored, none twice, by the server's count and by the audit. */
  async function expectAll(log: ShippedLog & { readonly database: string }): Promise<void> {
    expect((await storedEvents(server, log.database)).events).toBe(lines);
    const audit = await log.ship(server.host, "--audit");
    expect(audit.stdout).toMatch(/: 55000 events in 3 ranges, generation \w+: equal\n$/);
    expect(audit.code).toBe(0);
  }

  test("is all there once after the shipper was killed at any step of the protocol", async () => {
    using log = await shippedLog(server, text);
    let killed = 0;
    for (const fate of ["lose it", "lose the answer"] as const) {
      for (let step = 0; step < inserts; step++) {
        for (const name of log.helpers()) rmSync(join(log.folder, name));
        let child: Bun.Subprocess | null = null;
        using proxy = await startProxy(server, (index): Fate => {
          if (index < step) return "pass";
          if (fate === "lose it") child?.kill("SIGKILL");
          return fate;
        });
        child = log.start(proxy.host);
        while (proxy.inserts.length <= step && child.exitCode === null) await Bun.sleep(2);
        expect(proxy.inserts.length).toBe(step + 1);
        if (fate === "lose the answer") await Bun.sleep(20);
        child.kill("SIGKILL");
        await child.exited;
        killed++;
        expect(log.helpers()).toEqual([]);
      }
    }
    expect(killed).toBe(8);
    expect((await log.ship(server.host)).code).toBe(0);
    await expectAll(log);
    // What was killed before its checkpoint was written has been stored again, and counts once.
    expect((await storedEvents(server, log.database)).rows).toBeGreaterThanOrEqual(lines);
  });

  test("is sent again where an answer is lost, and waits where the server asks for it", async () => {
    using log = await shippedLog(server, text);
    const fates: readonly Fate[] = [
      "lose the answer",
      { status: 429, text: "", headers: { "retry-after": "0" } },
      { status: 503, text: "busy", headers: { "retry-after": "0" } },
      { status: 503, text: "busy", headers: { "retry-after": "1" } },
      "pass",
      "lose it",
      "pass",
      "pass",
      "lose the answer",
    ];
    using proxy = await startProxy(server, (index) => fates[index] ?? "pass");
    const { code, stderr } = await log.ship(proxy.host);
    expect(code).toBe(0);
    expect(stderr.match(/ just now: .*; try \d of 6 in /g)?.length).toBe(6);
    expect(stderr).toMatch(/ just now: it answers 503 \(busy\); try 5 of 6 in 1\.0+s\n/);
    expect(stderr).toMatch(/just now: the connection is closed; try 2 of 6 in /);
    expect(proxy.inserts.length).toBe(fates.length + 1);
    const sizes = proxy.inserts.map(({ bytes }) => bytes);
    expect(sizes.slice(0, 5)).toEqual(Array(5).fill(sizes[0]));
    await expectAll(log);
  });

  test("says at a terminal how far it has come, and how much of the rest is left", async () => {
    using log = await shippedLog(server, linesFrom(0, 2 * lines));
    using proxy = await startProxy(server, async (): Promise<Fate> => {
      await Bun.sleep(400);
      return "pass";
    });
    const env = { LOG: log.path };
    const words = `$TIMMY export --to clickhouse://${proxy.host}/${log.database} --log "$LOG"`;
    const sizeNow = () => formatSize(statSync(log.path).size);
    const drawn = (shown: string) => [
      ...shown.matchAll(/\rReading ([\d.]+) MB of ([\d.]+ MB), \d+ %/g),
    ];
    const first = await runOnTerminal(`${words}; echo "ended $?"`, { env });
    const steps = drawn(first.shown).map(([, done]) => Number(done));
    expect(steps.length).toBeGreaterThan(1);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    for (const [, , all] of drawn(first.shown)) expect(all).toBe(sizeNow());
    expect(first.shown).toContain(`\r\x1b[KShipped 110000 events (${sizeNow()}) to clickhouse:`);
    expect(first.shown).toEndWith("\r\nended 0\r\n");
    // What is known to be stored is none of the work that is left.
    appendFileSync(log.path, linesFrom(2 * lines, 2 * lines));
    const second = await runOnTerminal(words, { env });
    const left = drawn(second.shown).map(([, , all = ""]) => Number.parseFloat(all));
    expect(left.length).toBeGreaterThan(0);
    for (const megabytes of left)
      expect(megabytes).toBeLessThan((statSync(log.path).size / 1e6) * 0.7);
    const { shown } = await runOnTerminal(`${words} --audit --quiet`, { env });
    expect(shown).toMatch(/^[^\r]*: 220000 events in \d+ ranges, generation \w+: equal\r\n$/);
  });

  test("is put aside where the server will never take it, and the rest goes on", async () => {
    using log = await shippedLog(server, text);
    const poison = {
      status: 400,
      text: "Code: 27, e.displayText() = DB::Exception: Cannot parse input, e.what() = DB::Exception",
    };
    let isPoisoned = true;
    using proxy = await startProxy(server, (index): Fate => {
      return isPoisoned && index === 1 ? poison : "pass";
    });
    const first = await log.ship(proxy.host);
    expect(first.code).toBe(4);
    expect(first.stderr).toMatch(
      /^timmy-latency: Put aside .*\.quarantine, as clickhouse:.* does not take it: it says: Cannot parse input; each run tries it again\nShipped \d+ events/,
    );
    const [aside = ""] = log.helpers().filter((name) => name.endsWith(".quarantine"));
    const rows = readFileSync(join(log.folder, aside), "utf8").split("\n");
    expect(rows.length).toBeGreaterThan(10_000);
    const audit = await log.ship(proxy.host, "--audit");
    expect(audit.code).toBe(1);
    expect(audit.stdout).toMatch(
      /: 1 range not equal\n {2}bytes \d+ to \d+: \d+ events here, 0 stored\n$/,
    );
    isPoisoned = false;
    // Its own file brings it, whatever has become of the log.
    const again = await log.ship(proxy.host);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Nothing new/) });
    expect(log.helpers().length).toBe(1);
    await expectAll(log);
  });

  test("is not put aside where the server takes nothing at all", async () => {
    using log = await shippedLog(server, text);
    using proxy = await startProxy(server, () => ({ status: 403, text: "no" }));
    const { code, stderr } = await log.ship(proxy.host);
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^timmy-latency: Cannot send bytes 0 to \d+ of .*latency\.log to clickhouse:.*: it answers 403 \(no\)\n$/,
    );
    expect(log.helpers()).toEqual([]);
    using storm = await startProxy(server, () => ({
      status: 503,
      text: "",
      headers: { "retry-after": "300" },
    }));
    const late = await log.ship(storm.host);
    expect(late.stderr).toMatch(/: it answers 503, and asks to wait 300 s; send them later\n$/);
    expect(late.code).toBe(5);
  });

  test("comes through a server that is killed in the midst of it, and a half-written checkpoint", async () => {
    using log = await shippedLog(server, text);
    let kills = 0;
    using proxy = await startProxy(server, async (index): Promise<Fate> => {
      if (index !== 1) return "pass";
      kills++;
      setTimeout(() => server.kill(), 5);
      return "pass";
    });
    const shipping = log.ship(proxy.host);
    while (kills === 0) await Bun.sleep(5);
    await Bun.sleep(300);
    await server.restart();
    expect((await shipping).code).toBe(0);
    expect(kills).toBe(1);
    await expectAll(log);
    const [checkpoint = ""] = log.helpers();
    rmSync(join(log.folder, checkpoint));
    writeFileSync(join(log.folder, `${checkpoint}.tmp`), "left by a killed run");
    expect((await log.ship(proxy.host)).code).toBe(0);
    expect(readdirSync(log.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await expectAll(log);
  });

  test("waits for a server that is away, and ends at once where it is told to", async () => {
    using log = await shippedLog(server, linesFrom(0, 10));
    await server.kill();
    const impatient = log.start(server.host, "--follow");
    const patient = log.start(server.host, "--follow");
    await Bun.sleep(700);
    impatient.kill("SIGINT");
    expect(await impatient.exited).toBe(130);
    expect(await new Response(impatient.stderr).text()).toMatch(
      /Cannot send a first query to clickhouse:.* just now: the connection is (?:refused|closed); try 2 in /,
    );
    await server.restart();
    while ((await storedEvents(server, log.database)).events < 10) await Bun.sleep(20);
    await server.kill();
    appendFileSync(log.path, linesFrom(10, 5));
    await Bun.sleep(1_500);
    await server.restart();
    while ((await storedEvents(server, log.database)).events < 15) await Bun.sleep(20);
    patient.kill("SIGTERM");
    expect(await patient.exited).toBe(143);
    expect(await log.ship(server.host, "--audit")).toMatchObject({ code: 0 });
  });
});
