import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { OutFile } from "../../cmd/_out_file.ts";
import packageJson from "../../package.json" with { type: "json" };
import {
  bareProcess,
  binary,
  fixtures,
  run,
  runShell,
  temporaryFolder,
} from "../support/binary.ts";
import { answering, startCollector } from "../support/collector.ts";
import { checkOtlp } from "../support/otlp_rules.ts";
import { realSystem } from "../support/rotation.ts";
import { checkTrace } from "../support/trace_rules.ts";
import { writeLog } from "../support/voice_log.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const conversation = join(fixtures, "conversation.log");
const targets = ["ndjson", "csv", "chrome", "otlp"] as const;

async function exported(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(["export", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** What `analyze` says of the requests of a log. */
async function requestsOf(log: string, stdin?: string): Promise<unknown> {
  const options = stdin === undefined ? {} : { stdin };
  const { stdout } = await run(["analyze", log, "--format", "json"], options);
  return JSON.parse(stdout).requests;
}

describe("what is exported", () => {
  test("as NDJSON is a log again, with the same answers", async () => {
    const text = await exported("--to", "ndjson", conversation);
    const wanted = (await requestsOf(conversation)) as { events: unknown[] }[];
    expect(text.split("\n").length - 1).toBe(wanted.flatMap(({ events }) => events).length);
    expect(await requestsOf("-", text)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(10);
  });

  test("as NDJSON of requests is what analyze writes", async () => {
    const { stdout } = await run(["analyze", conversation, "--format", "ndjson"]);
    expect(await exported("--to", "ndjson", "--requests", conversation)).toBe(stdout);
    expect(stdout.length).toBeGreaterThan(10_000);
  });

  test("as CSV is a table of requests, spans or events", async () => {
    const rows = async (...args: string[]) =>
      parse(await exported("--to", "csv", ...args, conversation), { columns: true }) as unknown[];
    const requests = (await requestsOf(conversation)) as {
      spans: unknown[];
      events: unknown[];
    }[];
    expect(await rows()).toHaveLength(requests.length);
    expect(await rows("--rows", "requests")).toHaveLength(requests.length);
    expect(await rows("--rows", "spans")).toHaveLength(
      requests.reduce((sum, { spans }) => sum + spans.length, 0),
    );
    expect(await rows("--rows", "events")).toHaveLength(
      requests.reduce((sum, { events }) => sum + events.length, 0),
    );
  });

  test("as Chrome trace keeps the rules of the format", async () => {
    const counts = checkTrace(await exported("--to", "chrome", conversation));
    expect(counts).toMatchObject({ slices: 225, arrows: 24, processes: 4, threads: 3 });
  });

  test("as OTLP is one valid request a line", async () => {
    const lines = (await exported("--to", "otlp", conversation)).trimEnd().split("\n");
    expect(lines).toHaveLength(12);
    for (const line of lines) expect(checkOtlp(line).length).toBeGreaterThan(5);
  });

  test("may be what another project has logged", async () => {
    const projects = {
      homeassistant: "homeassistant.yaml",
      livekit: "livekit.jsonl",
      pipecat: "pipecat.jsonl",
    };
    for (const [project, file] of Object.entries(projects)) {
      const args = [join(fixtures, "import", file), "--from", project, "--quiet"];
      const text = await exported("--to", "otlp", ...args);
      for (const line of text.trimEnd().split("\n"))
        expect(checkOtlp(line).length).toBeGreaterThan(1);
      expect(checkTrace(await exported("--to", "chrome", ...args)).slices).toBeGreaterThan(2);
    }
  });

  test("is the same bytes in every zone, each time", async () => {
    for (const target of targets) {
      const args = ["export", "--to", target, conversation];
      const zones = ["UTC", "Asia/Kathmandu"].map((TZ) => run(args, { env: { TZ } }));
      const [here, there] = await Promise.all(zones);
      expect(there).toEqual(here as never);
    }
    expect(targets).toHaveLength(4);
  });

  test("is what the options choose", async () => {
    const ids = parse(await exported("--to", "csv", "--tail", "2", conversation), {
      columns: true,
    });
    const all = parse(await exported("--to", "csv", conversation), { columns: true });
    expect(ids).toEqual(all.slice(-2));
    const one = (all[3] as { id: string }).id;
    const slowest = await exported("--to", "ndjson", "--request", one, "--quiet", conversation);
    expect(new Set(slowest.match(/"request_id":"\w+"/g)).size).toBe(1);
  });

  test("stops where its reader does", async () => {
    for (const target of targets) {
      const script = `{ timmy export --to ${target} '${conversation}' - < /dev/zero; echo "status $?" >&2; } | head -c 50 | wc -c`;
      const endless = `awk 'BEGIN { for (i = 0; ; i++) printf "{\\"timestamp\\": %d, \\"request_id\\": \\"id%d\\", \\"service\\": \\"stt\\", \\"event\\": \\"x\\"}\\n", i * 1000, i }'`;
      const piped = script.replace(
        /timmy.* < \/dev\/zero/,
        `${endless} | timmy export --to ${target} -`,
      );
      expect(await runShell(piped)).toEqual({ code: 0, stdout: "50\n", stderr: "status 0\n" });
    }
  });
});

describe("-o FILE", () => {
  test("has the same bytes as standard output, and so has -o -", async () => {
    using folder = temporaryFolder();
    for (const target of targets) {
      const wanted = await exported("--to", target, conversation);
      const file = join(folder.path, target);
      expect(await exported("--to", target, conversation, "-o", file)).toBe("");
      expect(readFileSync(file, "utf8")).toBe(wanted);
      expect(await exported("--to", target, conversation, "--output=-")).toBe(wanted);
    }
    expect(readdirSync(folder.path).sort()).toEqual([...targets].sort());
  });

  test("makes a file as private as a log, and keeps the mode of one that is replaced", async () => {
    using folder = temporaryFolder();
    const [fresh, old] = ["fresh", "old"].map((name) => join(folder.path, name)) as [
      string,
      string,
    ];
    writeFileSync(old, "old", { mode: 0o664 });
    symlinkSync(old, join(folder.path, "link"));
    await exported("--to", "csv", conversation, "-o", fresh);
    await exported("--to", "csv", conversation, "-o", join(folder.path, "link"));
    const { mode } = statSync(old);
    expect(statSync(fresh).mode & 0o777).toBe(0o640);
    expect(mode & 0o777).toBe(0o664 & ~process.umask());
    expect(readFileSync(old, "utf8")).toBe(readFileSync(fresh, "utf8"));
    expect(readdirSync(folder.path).sort()).toEqual(["fresh", "link", "old"]);
  });

  test("stays as it was if there is nothing to write or something fails", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "out");
    writeFileSync(file, "as it was");
    const log = join(folder.path, "a.log");
    writeLog(log, 1);
    const runs: [code: number, args: string[]][] = [
      [1, [log, "--service", "nobody"]],
      [1, []],
      [2, [log, "--tail", "x"]],
      [2, [log, "--rows", "spans"]],
      [5, ["absent.log"]],
      [5, [log, folder.path, "absent.log"]],
    ];
    for (const [code, args] of runs) {
      const ran = await run(["export", "--to", "chrome", ...args, "-o", file], {
        cwd: folder.path,
      });
      expect({ args, code: ran.code, stdout: ran.stdout }).toEqual({ args, code, stdout: "" });
      expect(readFileSync(file, "utf8")).toBe("as it was");
    }
    expect(readdirSync(folder.path).sort()).toEqual(["a.log", "out"]);
    expect(runs).toHaveLength(6);
  });

  test("is whole also where the log is damaged beyond what is tolerated", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "a.log");
    writeFileSync(log, `${readFileSync(conversation, "utf8")}null\n`);
    const args = ["export", "--to", "chrome", log, "-o", join(folder.path, "out"), "--quiet"];
    const ran = await run([...args, "--max-problems", "0"]);
    expect(ran.code).toBe(4);
    expect(checkTrace(readFileSync(join(folder.path, "out"), "utf8")).arrows).toBe(24);
  });

  test("is never a log that is read, or the usual one, by whatever name", async () => {
    using folder = temporaryFolder();
    const at = (name: string) => join(folder.path, name);
    mkdirSync(at("logs"));
    writeLog(at("logs/a.log"), 2);
    writeLog(at("usual.log"), 2);
    linkSync(at("logs/a.log"), at("hard"));
    symlinkSync(at("logs/a.log"), at("soft"));
    const before = readFileSync(at("logs/a.log"), "utf8");
    const env = { TIMMY_LATENCY_LOG: at("usual.log") };
    const tries: [input: string, output: string][] = [
      ["logs/a.log", "logs/a.log"],
      ["logs/a.log", "logs/../logs/a.log"],
      ["logs/a.log", "hard"],
      ["logs/a.log", "soft"],
      ["logs", "logs/a.log"],
      ["'logs/*.log'", "hard"],
      ["hard", "logs/a.log"],
      ["- < logs/a.log", "soft"],
      ["logs/a.log", "usual.log"],
      ["", "usual.log"],
    ];
    for (const [input, output] of tries) {
      const script = `timmy export --to ndjson ${input} -o ${output}`;
      expect({ script, ...(await runShell(script, [], { cwd: folder.path, env })) }).toEqual({
        script,
        code: 2,
        stdout: "",
        stderr: `timmy-latency: Cannot write to "${output}": it is the log itself; name another file\n`,
      });
    }
    expect(readFileSync(at("logs/a.log"), "utf8")).toBe(before);
    expect(readdirSync(folder.path).sort()).toEqual(["hard", "logs", "soft", "usual.log"]);
    expect(tries).toHaveLength(10);
  });

  test("says why it cannot be written", async () => {
    using folder = temporaryFolder();
    const at = (name: string) => join(folder.path, name);
    const refused: [output: string, reason: string][] = [
      [folder.path, "it is a directory"],
      [at("none/out"), "no such file or directory"],
      [`${conversation}/out`, "a part of the path is not a directory"],
      ["/dev/full", "no space left on the device"],
    ];
    for (const [output, reason] of refused) {
      expect(await run(["export", "--to", "ndjson", conversation, "-o", output])).toEqual({
        code: 5,
        stdout: "",
        stderr: `timmy-latency: Cannot write ${output}: ${reason}\n`,
      });
    }
    expect(refused).toHaveLength(4);
    expect(await exported("--to", "ndjson", conversation, "-o", "/dev/null")).toBe("");
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const)(
    "is not there after %s, and nothing else is",
    async (signal) => {
      using folder = temporaryFolder();
      // More than any buffer holds, so that some of it is surely written.
      writeLog(join(folder.path, "a.log"), 1000);
      const child = Bun.spawn([binary, "export", "--to", "chrome", "-", "-o", "out"], {
        ...bareProcess({ cwd: folder.path }),
        stdin: "pipe",
        stdout: "ignore",
        stderr: "ignore",
      });
      child.stdin.write(readFileSync(join(folder.path, "a.log")));
      await child.stdin.flush();
      while (writtenBytes(child.pid) < 100_000) await Bun.sleep(10);
      child.kill(signal);
      await child.exited;
      expect(child.signalCode).toBe(signal);
      expect(readdirSync(folder.path)).toEqual(["a.log"]);
    },
  );

  test("is hidden until it is whole where files must have a name", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "out");
    const system = { ...realSystem, knowsNamelessFiles: false };
    const [kept, dropped] = [new OutFile(path, system), new OutFile(`${path}2`, system)];
    kept.write("whole");
    const hidden = [`.out.${process.pid}.part`, `.out2.${process.pid}.part`];
    expect(readdirSync(folder.path).sort()).toEqual(hidden);
    kept.finish();
    dropped.abandon();
    kept.abandon();
    expect(readdirSync(folder.path)).toEqual(["out"]);
    expect(readFileSync(path, "utf8")).toBe("whole");
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test("stays as it was where it cannot be given its name", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "out");
    const file = new OutFile(path, { ...realSystem, giveName: () => "ENOSPC" });
    file.write("whole");
    expect(() => file.finish()).toThrow(`Cannot write ${path}: no space left on the device`);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe("--post URL", () => {
  const args = (url: string) => ["export", "--to", "otlp", conversation, "--post", url];

  test("sends every span, with the credentials of the environment", async () => {
    using collector = startCollector(answering(200));
    const env = { OTEL_EXPORTER_OTLP_HEADERS: "api-key=k%201" };
    const ran = await run(args(collector.url), { env });
    expect(ran).toEqual({
      code: 0,
      stdout: "",
      stderr: `Sent 213 spans to ${collector.url}/v1/traces\n`,
    });
    expect(collector.received).toHaveLength(1);
    const [{ headers, body = "" } = {}] = collector.received;
    expect(headers).toMatchObject({
      "api-key": "k 1",
      "user-agent": `timmy-latency/${packageJson.version}`,
    });
    const lines = (await exported("--to", "otlp", conversation)).trimEnd().split("\n");
    const wanted = lines.flatMap((line) => JSON.parse(line).resourceSpans);
    expect(JSON.parse(body).resourceSpans).toEqual(wanted);
  });

  test("waits as long as it is asked to, and says so", async () => {
    using collector = startCollector(answering(503, "", { "retry-after": "1" }), answering(200));
    const ran = await run(args(collector.url));
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("the collector answers 503; try 2 of 6 in 1.00s\n");
    const [first, second] = collector.received.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("exits 5 if spans are rejected, having sent the rest", async () => {
    using collector = startCollector(
      answering(200, '{"partialSuccess": {"rejectedSpans": "3", "errorMessage": "too old"}}'),
    );
    const ran = await run([...args(collector.url), "--quiet"]);
    expect(ran).toEqual({
      code: 5,
      stdout: "",
      stderr: "timmy-latency: The collector rejected 3 spans: too old\n",
    });
    expect(collector.received).toHaveLength(1);
  });

  test("exits 5 at once if the collector refuses, without a word of the credentials", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "headers");
    writeFileSync(file, "Authorization: Bearer s3cret\n");
    using collector = startCollector(answering(401, '{"message": "who are you?"}'));
    const ran = await run([...args(collector.url), "--headers-file", file, "--verbose"]);
    expect(ran.code).toBe(5);
    expect(ran.stderr).toContain(
      `Cannot send 213 spans to ${collector.url}/v1/traces: the collector answers 401 (who are you?)\n`,
    );
    expect(ran.stderr).not.toContain("s3cret");
    expect(collector.received.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer s3cret",
    ]);
  });

  test("sends nothing where no request fits", async () => {
    using collector = startCollector(answering(200));
    const ran = await run([...args(collector.url), "--service", "nobody"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(collector.received).toEqual([]);
  });
});

/** What a process has written to files so far. */
function writtenBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/io`, "utf8");
  return Number(/^wchar: (\d+)$/m.exec(text)?.[1] ?? 0);
}
