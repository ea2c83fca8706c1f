/** The shipper is killed at random moments, and at each step of writing its checkpoint. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { binary, runProgram } from "../support/binary.ts";
import {
  clickHouseTools,
  startClickHouse,
  type TestServer,
  type TestServers,
} from "../support/clickhouse.ts";
import { seededRandom } from "../support/events.ts";
import { linesFrom, shippedLog, storedEvents } from "../support/shipping.ts";
import { describeWithTools } from "../support/tools.ts";

setDefaultTimeout(600_000);

const isFull = process.env["FAULT"] === "full";
const kills = isFull ? 50 : 6;
const lines = isFull ? 250_000 : 55_000;
/** A whole run takes about so long, and all of it is worth a kill. */
const longestMs = isFull ? 1_500 : 500;

describeWithTools("a shipper that is killed", [...clickHouseTools, "strace"], () => {
  let servers: TestServers;
  let server: TestServer;
  beforeAll(async () => {
    servers = await startClickHouse();
    server = servers.first;
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  test(`at ${kills} random moments ships each event once in the end`, async () => {
    using log = await shippedLog(server, linesFrom(0, lines));
    const random = seededRandom(9);
    let [killed, withCheckpoint] = [0, 0];
    for (let count = 0; killed < kills; count++) {
      const child = log.start(server.host);
      await Bun.sleep(20 + random() * longestMs);
      child.kill("SIGKILL");
      await child.exited;
      if (child.signalCode === "SIGKILL") killed++;
      if (log.helpers().length > 0) withCheckpoint++;
      // A log that is shipped offers nothing to kill; a checkpoint that is lost must do no harm either.
      if (child.exitCode === 0 || count % 5 === 4) {
        for (const name of log.helpers()) rmSync(join(log.folder, name));
      }
    }
    if (isFull) expect(withCheckpoint).toBeGreaterThan(5);
    expect((await log.ship(server.host)).code).toBe(0);
    expect((await storedEvents(server, log.database)).events).toBe(lines);
    const audit = await log.ship(server.host, "--audit");
    expect(audit.stdout).toMatch(/: equal\n$/);
    expect(audit.code).toBe(0);
  });

  test("at each call that writes its checkpoint goes on from it or begins again", async () => {
    using log = await shippedLog(server, linesFrom(0, 1_000));
    const renames = "rename,renameat,renameat2";
    const calls: readonly (readonly [name: string, when: number, isWritten: boolean])[] = [
      ["fsync", 1, false],
      [renames, 1, false],
      ["fsync", 2, true],
    ];
    for (const [name, when, isWritten] of calls) {
      const inject = `inject=${name}:signal=KILL:when=${when}`;
      const strace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `trace=${name}`,
        "-e",
        inject,
      ];
      const words = ["export", "--to", server.address(log.database), "--host", "booth", log.path];
      const { code } = await runProgram([...strace, binary, ...words]);
      // What is left of a half-written one stays, and nobody takes it for a checkpoint.
      const checkpoints = log.helpers().filter((helper) => helper.endsWith(".json"));
      expect([name, when, code, checkpoints.length > 0]).toEqual([name, when, 137, isWritten]);
    }
    expect(calls.length).toBe(3);
    expect((await log.ship(server.host)).code).toBe(0);
    expect(readdirSync(log.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect((await storedEvents(server, log.database)).events).toBe(1_000);
    expect(await log.ship(server.host, "--audit")).toMatchObject({ code: 0 });
  });
});
