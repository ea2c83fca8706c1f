import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, run, runShell, temporaryFolder } from "../support/binary.ts";
import { type LoggedLine, linesOf } from "../support/log_lines.ts";
import { startSidecar, untilLines } from "../support/sidecar.ts";
import { runOnTerminal } from "../support/terminal.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

/** A folder of its own and the log in it. */
function place() {
  const folder = temporaryFolder();
  const path = join(folder.path, "voice.log");
  return { ...folder, path, cwd: folder.path, env: { TIMMY_LATENCY_LOG: path } };
}

type Place = ReturnType<typeof place>;

const mark = ["run", "id1", "tts", "voice", "--"];
const runSh = (log: Place, script: string, ...words: string[]) =>
  run([...mark, "sh", "-c", script, "sh", ...words], log);

/** The two events of a run, and what the second one says about the end. */
function eventsOf(log: Place): { start: LoggedLine; complete: LoggedLine; ended: object } {
  const lines = linesOf(log.path);
  expect(lines.map((line) => [line.request_id, line.service, line.event])).toEqual([
    ["id1", "tts", "voice_start"],
    ["id1", "tts", "voice_complete"],
  ]);
  const [start, complete] = lines as [LoggedLine, LoggedLine];
  const { duration_ms, ...ended } = complete.metadata;
  expect(start.metadata).toEqual({});
  const between = (complete.timestamp - start.timestamp) * 1000;
  expect(duration_ms).toBeGreaterThan(0);
  // The clock is set now and then while the duration is counted.
  expect(duration_ms).toBeLessThan(between + 20);
  return { start, complete, ended };
}

describe("the status is the command's", () => {
  const statuses = [0, 1, 3, 42, 127, 255];

  test.each(statuses)("%i", async (status) => {
    using log = place();
    const ran = await runSh(log, `exit ${status}`);
    expect(ran).toEqual({ code: status, stdout: "", stderr: "" });
    expect(eventsOf(log).ended).toEqual({ exit_status: status });
  });

  test("of every kind", () => expect(statuses).toHaveLength(6));

  test("127 for a command that is not there, with a sentence", async () => {
    using log = place();
    const ran = await run([...mark, "no\x1bsuch", "x"], log);
    const stderr = "timmy-latency: Cannot run no\\x1bsuch: no such command\n";
    expect(ran).toEqual({ code: 127, stdout: "", stderr });
    expect(eventsOf(log).ended).toEqual({ exit_status: 127 });
  });

  test("126 for a file and a folder that cannot be executed", async () => {
    for (const name of ["file", "folder"]) {
      using log = place();
      const path = join(log.cwd, name);
      if (name === "file") writeFileSync(path, "#!/bin/sh\n", { mode: 0o644 });
      else mkdirSync(path);
      const ran = await run([...mark, `./${name}`], log);
      const stderr = `timmy-latency: Cannot run ./${name}: permission denied\n`;
      expect(ran).toEqual({ code: 126, stdout: "", stderr });
      expect(eventsOf(log).ended).toEqual({ exit_status: 126 });
    }
  });

  test("also for a script without #!, as a shell would run it", async () => {
    using log = place();
    writeFileSync(join(log.cwd, "script"), 'echo "$0 $1 $#"; exit 7\n');
    chmodSync(join(log.cwd, "script"), 0o755);
    const ran = await run([...mark, "./script", "a b", "c"], log);
    expect(ran).toEqual({ code: 7, stdout: "./script a b 2\n", stderr: "" });
    const found = await run([...mark, "script"], { ...log, env: { ...log.env, PATH: log.cwd } });
    expect(found).toMatchObject({ code: 7, stdout: `${log.cwd}/script  0\n` });
  });

  const signals = [
    ["TERM", 143],
    ["INT", 130],
    ["HUP", 129],
    ["KILL", 137],
    ["SEGV", 139],
    ["PIPE", 141],
  ] as const;

  test.each(signals)("128+n if SIG%s ended it", async (name, code) => {
    using log = place();
    const ran = await runSh(log, `kill -${name} $$`);
    expect({ ...ran, stderr: "" }).toEqual({ code, stdout: "", stderr: "" });
    expect(eventsOf(log).ended).toEqual({ exit_status: code, signal: `SIG${name}` });
  });

  test("after every signal that was listed", () => expect(signals).toHaveLength(6));
});

describe("a signal for the run", () => {
  const passed = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

  test.each(passed)("%s reaches the command, whose end is logged", async (name) => {
    using log = place();
    const script = `trap 'echo got; exit 9' ${name.slice(3)}; echo up >up; while :; do sleep 0.02; done`;
    await using started = startSidecar([], log, [binary, ...mark, "sh", "-c", script]);
    await untilLines(join(log.cwd, "up"), 1);
    started.signal(name);
    expect(await started.finished()).toEqual({ code: 9, stdout: "got\n", stderr: "" });
    expect(eventsOf(log).ended).toEqual({ exit_status: 9 });
  });

  const deadly = [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const;

  test.each(deadly)(
    "%s ends a command that does not mind it, and so the run: %i",
    async (name, code) => {
      using log = place();
      const script = "echo up >up; exec sleep 30";
      await using started = startSidecar([], log, [binary, ...mark, "sh", "-c", script]);
      await untilLines(join(log.cwd, "up"), 1);
      started.signal(name);
      expect(await started.finished()).toEqual({ code, stdout: "", stderr: "" });
      expect(eventsOf(log).ended).toEqual({ exit_status: code, signal: name });
    },
  );

  test("that it was told to ignore is ignored by the command too", async () => {
    using log = place();
    const command = ["bash", "-c", `trap '' HUP INT; exec "$@"`, "bash", binary, ...mark];
    const script = "kill -HUP $$; kill -INT $$; echo up >up; read line; exit 4";
    await using started = startSidecar([], log, [...command, "sh", "-c", script]);
    await untilLines(join(log.cwd, "up"), 1);
    started.signal("SIGHUP");
    started.signal("SIGINT");
    await Bun.sleep(50);
    started.write("go\n");
    expect(await started.finished()).toEqual({ code: 4, stdout: "", stderr: "" });
    expect(eventsOf(log).ended).toEqual({ exit_status: 4 });
  });

  test("of every kind was sent", () => expect([passed.length, deadly.length]).toEqual([6, 3]));

  test("at any moment of its start leaves no start without its end", async () => {
    let met = 0;
    for (let delayMs = 0; delayMs < 40; delayMs += 2) {
      using log = place();
      await using started = startSidecar([], log, [binary, ...mark, "sleep", "0.05"]);
      await Bun.sleep(delayMs);
      started.signal("SIGTERM");
      await started.finished();
      const events = existsSync(log.path) ? linesOf(log.path).map((line) => line.event) : [];
      if (events.length > 0) expect(events).toEqual(["voice_start", "voice_complete"]);
      met++;
    }
    expect(met).toBe(20);
  });
});

describe("Ctrl-C on a terminal", () => {
  // A shell that waits in the foreground would take two signals for one.
  const counter = `
    count=0
    trap 'count=$((count + 1))' INT
    sleep 0.5 & pid=$!
    echo up
    while kill -0 $pid 2>/dev/null; do wait $pid; done
    echo "interrupted $count times"`;

  const inputs = ["", "</dev/null", "| (trap '' INT; cat)"];
  test.each(inputs)("reaches the command once (%p)", async (redirection) => {
    using log = place();
    writeFileSync(join(log.cwd, "counter.sh"), counter);
    // The script itself must live through what the whole group is sent.
    const script = `trap : INT; "$TIMMY" ${mark.join(" ")} sh counter.sh ${redirection}`;
    const typist = { at: "up", keys: "\x03" };
    const { shown } = await runOnTerminal(script, log, typist);
    expect(shown).toContain("interrupted 1 times");
    expect(eventsOf(log).ended).toEqual({ exit_status: 0 });
  });

  test("was pressed with every kind of input", () => expect(inputs).toHaveLength(3));

  test("ends the command, logs its end, and stops the script around it", async () => {
    using log = place();
    const script = `"$TIMMY" ${mark.join(" ")} sh -c 'echo up; exec sleep 30'; echo went on`;
    const { code, shown } = await runOnTerminal(script, log, { at: "up", keys: "\x03" });
    expect(code).toBe(130);
    expect(shown).not.toContain("went on");
    expect(eventsOf(log).ended).toEqual({ exit_status: 130, signal: "SIGINT" });
  });

  test("is told from kill -INT, which is passed on, by who is in the foreground", async () => {
    using log = place();
    const script = `
      set -m
      "$TIMMY" ${mark.join(" ")} sh -c 'echo up >up; exec sleep 30' & pid=$!
      until [ -s up ]; do sleep 0.01; done
      kill -INT $pid; wait $pid; echo "ended with $?"`;
    const { shown } = await runOnTerminal(script, log);
    expect(shown).toContain("ended with 130");
    expect(eventsOf(log).ended).toEqual({ exit_status: 130, signal: "SIGINT" });
  });
});

describe("input and output", () => {
  test("are the command's: bytes in, the same bytes out, however many", async () => {
    using log = place();
    const bytes = Buffer.alloc(5_000_000);
    for (let index = 0; index < bytes.length; index++)
      bytes[index] = (index * 31 + (index >> 8)) & 0xff;
    writeFileSync(join(log.cwd, "in"), bytes);
    const script = `cat in | timmy ${mark.join(" ")} cat | cat >out; echo "\${PIPESTATUS[1]}"`;
    const ran = await runShell(script, [], log);
    expect(ran).toEqual({ code: 0, stdout: "0\n", stderr: "" });
    expect(readFileSync(join(log.cwd, "out")).equals(bytes)).toBe(true);
    eventsOf(log);
  });

  test("go where they belong, also stderr", async () => {
    using log = place();
    const ran = await run([...mark, "sh", "-c", "cat; echo err >&2"], { ...log, stdin: "in\n" });
    expect(ran).toEqual({ code: 0, stdout: "in\n", stderr: "err\n" });
  });

  test("closed ones too", async () => {
    using log = place();
    const script = `timmy ${mark.join(" ")} true <&- >&- 2>&-; echo $?`;
    expect((await runShell(script, [], log)).stdout).toBe("0\n");
    eventsOf(log);
  });

  test("a reader that goes away is the command's affair", async () => {
    using log = place();
    const ran = await runShell(`timmy ${mark.join(" ")} yes | head -n1`, [], log);
    expect(ran).toEqual({ code: 0, stdout: "y\n", stderr: "" });
    expect(eventsOf(log).ended).toEqual({ exit_status: 141, signal: "SIGPIPE" });
  });
});

describe("arguments", () => {
  test("behind -- are the command's, with spaces, dashes and all", async () => {
    using log = place();
    const words = ["a b", "", "--log", "-h", "--", "--strict", "$HOME", "*", "é🎤", 'q"\\', "\n"];
    const ran = await runSh(log, `printf '<%s>' "$@"`, ...words);
    expect(ran).toEqual({ code: 0, stdout: words.map((word) => `<${word}>`).join(""), stderr: "" });
  });

  const usage = "write ID SERVICE NAME -- COMMAND…";
  const wrong: readonly (readonly [args: readonly string[], sentence: string])[] = [
    [["a", "b", "c", "ls"], `Missing --: ${usage}`],
    [["a", "b", "c"], `Missing --: ${usage}`],
    [["a", "b", "--", "ls"], `Missing --: ${usage}`],
    [["a", "b", "c", "ls", "--", "-l"], `Surplus argument before --: ${usage}`],
    [["a", "b", "c", "--"], `Missing argument COMMAND: ${usage}`],
    [[], `Missing argument ID: ${usage}`],
    [["a", "b", "c", "ls", "-l"], 'Unknown option "-l"; --help lists what there is'],
    [["a", "", "c", "--", "touch", "made"], "Cannot log an empty SERVICE: write ID SERVICE NAME"],
  ];

  test.each(wrong)("%p are refused: nothing is run", async (args, sentence) => {
    using log = place();
    const ran = await run(["run", ...args], log);
    expect(ran).toEqual({ code: 2, stdout: "", stderr: `timmy-latency: ${sentence}\n` });
    expect(existsSync(log.path)).toBe(false);
    expect(existsSync(join(log.cwd, "made"))).toBe(false);
  });

  test("are refused in every case that was listed", () => expect(wrong).toHaveLength(8));
});

describe("a log that cannot be written", () => {
  const sentence =
    "timmy-latency: Cannot write to the log /dev/full: no space left on the device\n";
  const full = ["run", "--log", "/dev/full", ...mark.slice(1)];

  test("costs one sentence and not the command's status", async () => {
    const ran = await run([...full, "sh", "-c", "echo out; exit 3"]);
    expect(ran).toEqual({ code: 3, stdout: "out\n", stderr: sentence });
  });

  test("is status 5 with --strict, after the command has run", async () => {
    const ran = await run(["run", "--strict", ...full.slice(1), "sh", "-c", "echo out; exit 3"]);
    expect(ran).toEqual({ code: 5, stdout: "out\n", stderr: sentence });
  });

  test("for one of the two events only costs the same", async () => {
    using log = place();
    const ran = await run([...mark, "sh", "-c", 'rm "$1"; mkdir "$1"', "sh", log.path], log);
    const stderr = `timmy-latency: Cannot write to the log ${log.path}: it is a directory\n`;
    expect(ran).toEqual({ code: 0, stdout: "", stderr });
  });
});
