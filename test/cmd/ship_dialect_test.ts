/** Shipping to a current ClickHouse, where one is at hand in this process. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, temporaryFolder } from "../support/binary.ts";
import { startChdb, whyNoChdb } from "../support/chdb.ts";
import { damagedLog } from "../support/damaged_log.ts";
import { linesFrom } from "../support/shipping.ts";
import { describeUnless } from "../support/tools.ts";

setDefaultTimeout(120_000);

describeUnless("shipping to a current ClickHouse", whyNoChdb, () => {
  let server: Awaited<ReturnType<typeof startChdb>>;
  beforeAll(async () => {
    server = await startChdb();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("creates tables, stores each event once, and proves it", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const { bytes } = damagedLog({ seed: 5, requests: 200, maxLineBytes: 4096, percent: 20 });
    writeFileSync(path, bytes);
    const to = `clickhouse://${server.host}/latency`;
    const ship = (...args: readonly string[]) =>
      run(["export", "--to", to, "--log", path, ...args]);
    const early = await ship();
    expect(early.stderr).toMatch(/: it lacks the table timmy_latency_events; create it with: /);
    const printed = await ship("--print-schema");
    expect(printed.stdout).toContain("`host` LowCardinality(String)");
    expect(await ship("--init")).toMatchObject({ code: 0 });
    expect((await ship()).stderr).toMatch(/^Shipped \d{4,} events/);
    for (const name of readdirSync(folder.path)) {
      if (name.endsWith(".json")) rmSync(join(folder.path, name));
    }
    expect(await ship()).toMatchObject({ code: 0 });
    appendFileSync(path, `\n${linesFrom(0, 60_000)}`);
    expect((await ship()).stderr).toMatch(/^Shipped 6\d{4} events/);
    const audit = await ship("--audit");
    expect(audit.stdout).toMatch(/: 6\d{4} events in 4 ranges, generation \w+: equal\n$/);
    expect(audit.code).toBe(0);
  });
});
