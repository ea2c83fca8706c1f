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
import { fixtures, run, temporaryFolder } from "../support/binary.ts";
import {
  clickHouseTools,
  clusterName,
  guardedUser,
  startClickHouse,
  type TestServer,
  type TestServers,
} from "../support/clickhouse.ts";
import { damagedLog } from "../support/damaged_log.ts";
import { linesFrom, shippedLog, storedEvents } from "../support/shipping.ts";
import { describeWithTools } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

describeWithTools("export --to clickhouse://", clickHouseTools, () => {
  let servers: TestServers;
  let server: TestServer;
  beforeAll(async () => {
    servers = await startClickHouse({ shards: 2 });
    server = servers.first;
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  test("stores every event as the other words read it, and counts what is none", async () => {
    const { bytes } = damagedLog({ seed: 3, requests: 200, maxLineBytes: 4096, percent: 20 });
    using log = await shippedLog(server, bytes);
    const { code, stderr } = await log.ship(server.host, "--max-line", "4K");
    expect(code).toBe(0);
    const read = await run([
      "analyze",
      log.path,
      "--max-line",
      "4K",
      "--format",
      "json",
      "--summary",
    ]);
    const report = JSON.parse(read.stdout).log;
    expect(stderr).toContain(`Shipped ${report.events} events (`);
    const sql = `SELECT sum(rows) AS events, sum(lines) AS lines, sum(blank) AS blank, sum(recovered) AS recovered, sum(nul_holes) AS nul_holes, sum(bytes) AS bytes, sum(fallback_lines) AS fallback_lines, sum(field) AS field, sum(bad_json) AS bad_json, sum(too_long) AS too_long, sum(too_deep) AS too_deep, sum(not_an_object) AS not_an_object, sum(torn) AS torn, sum(torn_tail) AS torn_tail FROM ${log.database}.timmy_latency_ranges FORMAT JSONEachRow`;
    const { problems, events, lines, blank, recovered, nul_holes, fallback_lines } = report;
    const kinds = Object.entries(problems.kinds).map(([kind, n]) => [kind.replaceAll(" ", "_"), n]);
    const counts = JSON.parse(await server.client().text({ sql }));
    for (const name of Object.keys(counts)) counts[name] = Number(counts[name]);
    expect(counts).toEqual({
      ...{ events, lines, blank, recovered, nul_holes, fallback_lines, bytes: bytes.length },
      ...Object.fromEntries(kinds),
    });
    expect(problems.total).toBeGreaterThan(50);
    const exported = await run(["export", log.path, "--max-line", "4K", "--to", "ndjson"]);
    const local = exported.stdout
      .trimEnd()
      .split("\n")
      .map((line) => {
        const { timestamp, request_id, service, event, metadata } = JSON.parse(line);
        const time = String(Math.round(timestamp * 1e6));
        return JSON.stringify([time, request_id, service, event, JSON.stringify(metadata)]);
      });
    const stored: string[] = [];
    const all = `SELECT toString(time) AS time, request_id, service, event, metadata FROM ${log.database}.timmy_latency_events FORMAT JSONEachRow`;
    for await (const row of server.client().rows<Record<string, string>>({ sql: all })) {
      stored.push(
        JSON.stringify(
          ["time", "request_id", "service", "event", "metadata"].map((name) => row[name]),
        ),
      );
    }
    expect(local.length).toBe(report.events);
    expect(stored.sort()).toEqual(local.sort());
    expect(await log.ship(server.host, "--audit", "--max-line", "4K")).toMatchObject({ code: 0 });
  });

  test("ships each sample once, whatever becomes of the checkpoint", async () => {
    using log = await shippedLog(server, readFileSync(join(fixtures, "conversation.log")));
    const first = await log.ship(server.host);
    expect(first.stderr).toMatch(/^Shipped 318 events \(.*\) to clickhouse:\/\//);
    const [checkpoint = ""] = log.helpers();
    expect(checkpoint).toMatch(/^latency\.log\.shipped-[0-9a-f]{8}\.json$/);
    expect((await log.ship(server.host)).stderr).toMatch(/^Nothing new to ship to /);
    const path = join(log.folder, checkpoint);
    const before = readFileSync(path, "utf8");
    for (const text of ["", before.slice(0, -30), before.replace('"booth"', '"other"')]) {
      writeFileSync(path, text);
      const { code, stderr } = await log.ship(server.host);
      expect(code).toBe(0);
      expect(stderr).toMatch(
        /^timmy-latency: Cannot go on from .*: it is (damaged|of other); all is shipped again, and counts once\nShipped 318 events/,
      );
    }
    expect(readFileSync(path, "utf8")).toBe(before);
    const { rows, events } = await storedEvents(server, log.database);
    expect(events).toBe(318);
    expect(rows).toBeGreaterThanOrEqual(318);
    const audit = await log.ship(server.host, "--audit");
    expect(audit.stdout).toMatch(
      /latency\.log: 318 events in 1 range, generation [0-9a-f]{32}: equal\n$/,
    );
    expect(audit.code).toBe(0);
  });

  test("goes on where it was as the log grows, also within a line", async () => {
    using log = await shippedLog(server, linesFrom(0, 10));
    await log.ship(server.host);
    appendFileSync(log.path, linesFrom(10, 5) + linesFrom(15, 1).slice(0, 50));
    expect((await log.ship(server.host)).stderr).toMatch(/^Shipped 5 events/);
    appendFileSync(log.path, linesFrom(15, 1).slice(50));
    expect((await log.ship(server.host)).stderr).toMatch(/^Shipped 1 event /);
    appendFileSync(log.path, linesFrom(16, 1).trimEnd());
    expect((await log.ship(server.host)).stderr).toMatch(/^Shipped 1 event /);
    expect((await log.ship(server.host)).stderr).toMatch(/^Nothing new/);
    appendFileSync(log.path, `\n${linesFrom(17, 1)}`);
    expect((await log.ship(server.host)).stderr).toMatch(/^Shipped 2 events /);
    expect(await storedEvents(server, log.database)).toMatchObject({ events: 18 });
    expect(await log.ship(server.host, "--audit")).toMatchObject({ code: 0 });
  });

  test("ships a log that became another from its start, and one that was changed whole", async () => {
    using log = await shippedLog(server, linesFrom(0, 10));
    await log.ship(server.host);
    writeFileSync(log.path, linesFrom(100, 4));
    expect((await log.ship(server.host)).stderr).toMatch(/^Shipped 4 events/);
    writeFileSync(log.path, linesFrom(100, 1) + linesFrom(200, 2) + linesFrom(103, 3));
    expect((await log.ship(server.host)).stderr).toMatch(/^Shipped 6 events/);
  });

  test("knows what has been rotated since, packed or not", async () => {
    using log = await shippedLog(server, linesFrom(0, 10));
    await log.ship(server.host);
    appendFileSync(log.path, linesFrom(10, 3));
    expect((await run(["rotate", "--log", log.path, "--quiet"])).code).toBe(0);
    appendFileSync(log.path, linesFrom(13, 4));
    expect((await log.ship(server.host)).stderr).toMatch(/^Shipped 7 events/);
    expect((await log.ship(server.host)).stderr).toMatch(/^Nothing new/);
    expect(await storedEvents(server, log.database)).toEqual({ rows: 17, events: 17 });
    const audit = await log.ship(server.host, "--audit");
    expect(audit.stdout.match(/: equal$/gm)?.length).toBe(2);
    const archive = readdirSync(log.folder).find((name) => name.endsWith(".gz")) ?? "";
    const named = await run([
      "export",
      "--to",
      server.address(log.database),
      "--host",
      "booth",
      join(log.folder, archive),
    ]);
    expect(named.stderr).toMatch(/^Nothing new/);
  });

  test("names in an audit what is not equal", async () => {
    using log = await shippedLog(server, linesFrom(0, 10));
    const unshipped = await log.ship(server.host, "--audit");
    expect(unshipped.code).toBe(1);
    expect(unshipped.stdout).toMatch(
      /: 1 range not equal\n {2}bytes 0 to \d+: 10 events here, 0 stored\n$/,
    );
    await log.ship(server.host);
    const forged = linesFrom(3, 1);
    writeFileSync(
      log.path,
      readFileSync(log.path, "utf8").replace(forged, forged.replace("_3", "_4")),
    );
    const changed = await log.ship(server.host, "--audit");
    expect(changed.stdout).toMatch(/: 10 events here, 10 stored, but not the same\n$/);
    expect(changed.code).toBe(1);
    writeFileSync(
      log.path,
      readFileSync(log.path, "utf8").replace(
        forged.replace("_3", "_4"),
        forged.replace("14:30", "14:31"),
      ),
    );
    expect((await log.ship(server.host, "--audit")).stdout).toMatch(
      /bytes 0 to \d+: hash not equal\n$/,
    );
  });

  test("follows a log across rotations until a signal comes", async () => {
    using log = await shippedLog(server, linesFrom(0, 10));
    const child = log.start(server.host, "--follow");
    const until = async (events: number) => {
      while ((await storedEvents(server, log.database)).events < events) await Bun.sleep(20);
    };
    await until(10);
    appendFileSync(log.path, linesFrom(10, 2) + linesFrom(12, 1).slice(0, 40));
    await until(12);
    await run(["rotate", "--log", log.path, "--quiet"]);
    appendFileSync(log.path, linesFrom(13, 5));
    await until(17);
    child.kill("SIGTERM");
    const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
    expect(stderr).toMatch(/^Shipping .*latency\.log as it grows\nShipped 17 events \(.*\)\n$/);
    expect([code, child.signalCode]).toEqual([143, "SIGTERM"]);
    expect(await log.ship(server.host, "--audit")).toMatchObject({ code: 0 });
  });

  test("keeps archives until they are shipped, unless rotate is told otherwise", async () => {
    using log = await shippedLog(server, linesFrom(0, 5));
    const rotate = (...args: readonly string[]) =>
      run(["rotate", "--keep", "1", "--yes", "--quiet", "--log", log.path, ...args]);
    const archives = () =>
      readdirSync(log.folder)
        .filter((name) => name.endsWith(".gz"))
        .sort();
    await rotate();
    await log.ship(server.host);
    writeFileSync(log.path, linesFrom(100, 5));
    expect(await rotate()).toMatchObject({ code: 0, stderr: "" });
    expect(archives().length).toBe(1);
    writeFileSync(log.path, linesFrom(200, 5));
    const refused = await rotate();
    const [first = ""] = archives();
    expect(refused).toEqual({
      code: 1,
      stdout: "",
      stderr: `timmy-latency: Cannot delete ${join(log.folder, first)}: not shipped yet; nothing is deleted; run export --to clickhouse://… first, or add --even-unshipped\n`,
    });
    expect(archives().length).toBe(2);
    await log.ship(server.host);
    expect(await rotate("--force")).toMatchObject({ code: 0, stderr: "" });
    expect(archives().length).toBe(1);
    expect(await storedEvents(server, log.database)).toMatchObject({ events: 15 });
    for (const start of [300, 400]) {
      writeFileSync(log.path, linesFrom(start, 5));
      expect(await rotate("--even-unshipped")).toMatchObject({ code: 0, stderr: "" });
      expect(archives().length).toBe(1);
    }
  });

  test("spreads requests over the shards of a cluster, and audits them together", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, linesFrom(0, 3_000));
    for (const shard of servers.shards) {
      const init = ["--init", "--cluster", clusterName];
      const made = await run(["export", "--to", shard.address("spread"), ...init]);
      expect(made.stderr).toMatch(
        /^The tables are ready at .*\nDo the same at 1 other server of the cluster, .*: 127\.0\.0\.1:\d+\n$/,
      );
    }
    const words = ["export", "--to", server.address("spread"), "--log", path];
    for (let round = 0; round < 2; round++) {
      expect((await run(words)).stderr).toMatch(/^Shipped 3000 events/);
      for (const name of readdirSync(folder.path)) {
        if (name.endsWith(".json")) rmSync(join(folder.path, name));
      }
    }
    expect((await storedEvents(server, "spread")).events).toBe(3_000);
    const ids = [];
    for (const shard of servers.shards) {
      const sql = "SELECT uniqExact(request_id) FROM spread.timmy_latency_events_local";
      ids.push(Number(await shard.client().text({ sql })));
    }
    expect(Math.min(...ids)).toBeGreaterThan(50);
    expect(ids.reduce((sum, count) => sum + count, 0)).toBe(Math.ceil(3_000 / 14));
    const audit = await run([...words, "--audit"]);
    expect(audit.stdout).toMatch(/: 3000 events in 1 range, generation \w+: equal\n$/);
  });

  test("prints the statements that create the tables, and creates them", async () => {
    const address = server.address("printed");
    const printed = await run(["export", "--to", address, "--print-schema"]);
    expect(printed).toMatchObject({ code: 0, stderr: "" });
    expect(printed.stdout).toMatch(/^CREATE DATABASE IF NOT EXISTS `printed`;\n/);
    expect(printed.stdout.match(/^CREATE TABLE/gm)?.length).toBe(2);
    expect(await run(["export", "--to", address, "--init"])).toMatchObject({ code: 0 });
    const again = await run(["export", "--to", address, "--init"]);
    expect(again).toEqual({ code: 0, stdout: "", stderr: `The tables are ready at ${address}\n` });
  });

  test("takes credentials from a file that nobody else may read", async () => {
    using log = await shippedLog(server, linesFrom(0, 2));
    const secret = join(log.folder, "secret");
    const env = { TIMMY_LATENCY_CLICKHOUSE_CREDENTIALS: secret };
    const ship = () =>
      run(["export", "--to", server.address(log.database), "--log", log.path], { env });
    const { user, password } = guardedUser;
    for (const text of [`${user}\n${password}\n`, `${user}:${password}`]) {
      writeFileSync(secret, text, { mode: 0o600 });
      expect((await ship()).code).toBe(0);
    }
    await run(["log", "--log", log.path, "a", "b", "c"]);
    writeFileSync(secret, `${user}:wrong`);
    const refused = await ship();
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(
      /^timmy-latency: Cannot use clickhouse:.* takes .*password; set TIMMY_LATENCY_CLICKHOUSE_USER/,
    );
    expect(refused.stderr).not.toContain("wrong");
    await run(["log", "--log", log.path, "a", "b", "c"]);
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    const open = await import("node:fs").then((fs) => fs.chmodSync(secret, 0o640)).then(ship);
    expect(open.stderr).toMatch(/: others may read it; run chmod 600 /);
    expect(open.code).toBe(5);
  });

  test("tells of each refusal what it is, and the way out", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, linesFrom(0, 2));
    const to = server.address("nowhere");
    const cases: readonly (readonly [args: readonly string[], code: number, stderr: string])[] = [
      [
        ["--to", to, path],
        5,
        `Cannot use ${to}: it lacks the table timmy_latency_events; create it with: timmy-latency export --to ${to} --init`,
      ],
      [
        ["--to", "clickhouse://127.0.0.1:1/x", path],
        5,
        "Cannot use clickhouse://127.0.0.1:1/x: the connection is refused",
      ],
      [
        ["--to", "clickhouse://me:secret@h/x", path],
        2,
        "Cannot use a name or password in the address of ClickHouse: put them into TIMMY_LATENCY_CLICKHOUSE_USER and TIMMY_LATENCY_CLICKHOUSE_PASSWORD",
      ],
      [
        ["--to", to, "--tail", "3", path],
        2,
        "Cannot use --tail with --to clickhouse://…: all events are shipped",
      ],
      [
        ["--to", to, "--follow", path],
        2,
        "Cannot use --follow with a FILE: it follows the log, as --log names it",
      ],
      [
        ["--to", to, "--follow", "--audit"],
        2,
        "Cannot use --follow with --audit: it is one or the other",
      ],
      [["--to", to, "--cluster", "x"], 2, "Cannot use --cluster without --init or --print-schema"],
      [
        ["--to", to, "--init", "--cluster", "nobody"],
        5,
        `Cannot use ${to}: it knows no cluster nobody; see its table system.clusters`,
      ],
      [["--to", to, "--init", path], 2, "Cannot use --init or --print-schema with a FILE"],
      [
        ["--to", "csv", "--follow", path],
        2,
        "Cannot use --follow with --to csv: it goes with --to clickhouse://…",
      ],
    ];
    for (const [args, code, stderr] of cases) {
      const { code: found, stderr: said } = await run(["export", ...args]);
      expect([args, found, said.split("\n")[0]]).toEqual([args, code, `timmy-latency: ${stderr}`]);
    }
    expect(cases.length).toBe(10);
    using log = await shippedLog(server, "");
    const input = await run(["export", "--to", server.address(log.database), "-"], {
      stdin: linesFrom(0, 1),
    });
    expect(input).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Cannot ship -: it can be read only once; name a file"),
    });
    expect((await log.ship(server.host)).stderr).toMatch(/^Nothing new to ship/);
  });
});
