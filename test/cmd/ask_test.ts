/** Words whose log lies in ClickHouse: shipped and asked by the program itself, on two shards. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { run, temporaryFolder } from "../support/binary.ts";
import {
  clickHouseTools,
  clusterName,
  guardedUser,
  startClickHouse,
  type TestServers,
} from "../support/clickhouse.ts";
import { eventAt } from "../support/events.ts";
import { describeWithTools } from "../support/tools.ts";
import { turnsOf } from "../support/turn_log.ts";

setDefaultTimeout(120_000);

/** Turns of one conversation, with a tail that is no event. */
function turns(count: number, llm: number): string {
  const events = turnsOf(count, (parts) => {
    parts.llm += llm;
  });
  const opening = eventAt(0, "v34_webhook_received", { metadata: { session_id: "kitchen" } });
  return `${[opening, ...events].map((event) => encodeEvent(event)).join("")}{"timestamp": 17`;
}

describeWithTools("a log in ClickHouse", clickHouseTools, () => {
  let servers: TestServers;
  const folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const address = () => servers.first.address("latency");

  beforeAll(async () => {
    servers = await startClickHouse({ shards: 2 });
    for (const server of servers.shards) {
      const init = [
        "export",
        "--to",
        server.address("latency"),
        "--init",
        "--cluster",
        clusterName,
      ];
      expect((await run(init)).code).toBe(0);
    }
    writeFileSync(log, turns(120, 0));
    expect((await run(["export", "--to", address(), log])).code).toBe(0);
  });
  afterAll(async () => {
    await servers[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const questions: readonly (readonly string[])[] = [
    ["analyze"],
    ["analyze", "--summary"],
    ["analyze", "--tail", "2"],
    ["analyze", "--request", "turn77"],
    ["analyze", "--slowest", "2", "--format", "ndjson"],
    ["sessions"],
    ["check", "--budget", "llm.p50<1ms", "--budget", "problems<1%", "--format", "markdown"],
    ["check", "--budget", "llm.p50<9s", "--format", "junit"],
    ["check", "--list"],
    ["export", "--to", "csv"],
  ];

  test.each(questions.map((question) => [question.join(" "), question] as const))(
    "%s prints and exits as for the file",
    async (_, question) => {
      const [file, server] = [await run([...question, log]), await run([...question, address()])];
      expect(server.stdout).toBe(file.stdout);
      expect(server.code).toBe(file.code);
      expect(server.stdout.length).toBeGreaterThan(100);
    },
  );

  test("problems are counted, but not listed", async () => {
    const { stderr } = await run(["sessions", address()]);
    expect(stderr).toMatch(/^1 of \d+ lines held something that is no event: 1 torn tail\n/);
    expect(stderr).toContain("which ones, only the log itself can tell");
    const { code } = await run(["analyze", "--summary", "--max-problems", "0", address()]);
    expect(code).toBe(4);
  });

  test("compare takes a server as one side, and check as its baseline", async () => {
    const slower = join(folder.path, "slower.log");
    writeFileSync(slower, turns(120, 900));
    const compared = await run(["compare", address(), slower, "--format", "json"]);
    expect(JSON.parse(compared.stdout).spans.llm.verdict).toBe("slower");
    const checked = await run(["check", slower, "--baseline", address()]);
    expect([checked.code, checked.stdout.includes("llm")]).toEqual([1, true]);
  });

  test("refusals are sentences", async () => {
    const nowhere = servers.first.address("nowhere");
    const refused = await Promise.all([
      run(["analyze", nowhere]),
      run(["analyze", address(), log]),
      run(["sessions", "clickhouse://127.0.0.1:1/latency"]),
      run(["analyze", "clickhouse://me:secret@127.0.0.1/latency"]),
      run(["analyze", address()], {
        env: {
          TIMMY_LATENCY_CLICKHOUSE_USER: guardedUser.user,
          TIMMY_LATENCY_CLICKHOUSE_PASSWORD: "wrong",
        },
      }),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([5, 2, 5, 2, 5]);
    const sentences = ["it has no events", "name it alone", "is refused", "_PASSWORD", "password"];
    for (const [index, { stdout, stderr }] of refused.entries()) {
      expect(stderr).toContain(sentences[index] ?? "?");
      expect(`${stdout}${stderr}`).not.toContain("secret");
      expect(stderr.trim().split("\n").length).toBe(1);
    }
  });

  test("a database without events says how they get there", async () => {
    const empty = servers.first.address("empty");
    await run(["export", "--to", empty, "--init"]);
    const { code, stderr } = await run(["analyze", empty]);
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no event yet in ${empty}; ship a log with`);
  });
});
