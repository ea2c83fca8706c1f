import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { bareProcess, binary, run, runShell, temporaryFolder } from "../support/binary.ts";
import { linesOf } from "../support/log_lines.ts";
import { whyNoMount } from "../support/mounts.ts";
import { peakUntilExit } from "../support/peak_memory.ts";
import { startSidecar, untilLines } from "../support/sidecar.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { describeUnless } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

/** What the clock that stamps may differ from the one that judges, in seconds. */
const clockTolerance = 0.01;

/** A folder of its own, the log in it, and the options that name it. */
function place() {
  const folder = temporaryFolder();
  const path = join(folder.path, "voice.log");
  return { ...folder, path, args: ["--log", path], cwd: folder.path };
}

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `id${from + index} stt stt_x\n`).join("");
const idsOf = (path: string) => linesOf(path).map((line) => line.request_id);
const idsUpTo = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);

/** A log that takes nothing. */
const fullSentence =
  "timmy-latency: Cannot write to the log /dev/full: no space left on the device";

describe("what arrives", () => {
  test("is written at once and stamped with its arrival, not with the start or the end", async () => {
    using log = place();
    await using sidecar = startSidecar(log.args);
    const windows: [number, number][] = [];
    for (const round of [1, 2, 3]) {
      const before = Date.now() / 1000;
      sidecar.write(`id${round} stt stt_x\n`);
      await untilLines(log.path, round);
      windows.push([before, Date.now() / 1000]);
      await Bun.sleep(100);
    }
    sidecar.end();
    expect(await sidecar.finished()).toEqual({ code: 0, stdout: "", stderr: "" });
    const stamps = linesOf(log.path).map((line) => line.timestamp);
    expect(stamps).toHaveLength(3);
    for (const [index, [before, after]] of windows.entries()) {
      expect(stamps[index]).toBeGreaterThan(before - clockTolerance);
      expect(stamps[index]).toBeLessThan(after + clockTolerance);
    }
  });

  test("byte by byte through a slow pipe is the same lines", async () => {
    using log = place();
    await using sidecar = startSidecar(log.args);
    for (const byte of Buffer.from("ä b 🎤\r\nx y z {}\nlast one here")) {
      sidecar.write(Uint8Array.of(byte));
      await Bun.sleep(3);
    }
    sidecar.end();
    expect(await sidecar.finished()).toEqual({ code: 0, stdout: "", stderr: "" });
    const lines = linesOf(log.path);
    expect(lines.map((line) => line.event)).toEqual(["🎤", "z", "here"]);
    expect(lines[0]?.request_id).toBe("ä");
  });

  test("in every form, with bad lines said by their number and passed over", async () => {
    using log = place();
    const stdin =
      'a stt x\n\nbad\x1b line\n{"request_id": "b", "service": "tts", "event": "y", "timestamp": 1764253805.5, "metadata": {"k": 1}}\r\nc v34 z {"n": 2}\n{"request_id": 1}\nd stt end';
    const ran = await run(["log", "--stdin", ...log.args], { stdin });
    expect(ran).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "timmy-latency: Skipped line 3 of the input: write ID SERVICE EVENT [JSON]\n" +
        "timmy-latency: Skipped line 6 of the input: its request_id is missing, empty or no text\n",
    });
    const lines = linesOf(log.path);
    expect(lines.map((line) => line.request_id)).toEqual(["a", "b", "c", "d"]);
    expect(lines[1]).toMatchObject({ timestamp: 1764253805.5, metadata: { k: 1 } });
  });

  test("is nothing: status 0, and no log is made", async () => {
    using log = place();
    const fine = { code: 0, stdout: "", stderr: "" };
    expect(await run(["log", "--stdin", ...log.args])).toEqual(fine);
    const closed = await runShell('timmy log --stdin --log "$1" <&-', [log.path]);
    expect(closed).toEqual(fine);
    expect(existsSync(log.path)).toBe(false);
  });

  test("cannot be read: one sentence, status 0, with --strict 5", async () => {
    using log = place();
    const stderr = "timmy-latency: Cannot read standard input: it is a directory\n";
    for (const [option, code] of [
      ["", 0],
      ["--strict", 5],
    ] as const) {
      const ran = await runShell(`timmy log --stdin ${option} --log "$1" </`, [log.path]);
      expect(ran).toEqual({ code, stdout: "", stderr });
    }
  });

  test("from a keyboard ends with Ctrl-D", async () => {
    using log = place();
    const script = `echo ready; "$TIMMY" log --stdin --log "${log.path}"; exit $?`;
    const typist = { at: "ready", keys: "a b c\n\x04" };
    const { code } = await runOnTerminal(script, { cwd: log.cwd }, typist);
    expect(code).toBe(0);
    expect(idsOf(log.path)).toEqual(["a"]);
  });

  test("takes the same memory, however much it is", async () => {
    using log = place();
    const measure = async (lines: number) => {
      const script = `exec "$0" log --stdin < <(yes 'id stt stt_x' | head -n ${lines})`;
      const child = Bun.spawn(["bash", "-c", script, binary], {
        ...bareProcess({ env: { TIMMY_LATENCY_LOG: log.path } }),
        stdio: ["ignore", "ignore", "inherit"],
      });
      const peakBytes = await peakUntilExit(child);
      expect(child.exitCode).toBe(0);
      return peakBytes;
    };
    const few = await measure(100_000);
    expect(few).toBeGreaterThan(20e6);
    expect((await measure(1_000_000)) - few).toBeLessThan(30e6);
    expect(readFileSync(log.path, "latin1").split("\n")).toHaveLength(1_100_001);
  });
});

describe("a signal while the input is open", () => {
  const endings = [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const;

  test.each(endings)(
    "%s ends the run with %i, what had arrived is whole in the log",
    async (name, code) => {
      using log = place();
      await using sidecar = startSidecar(log.args);
      sidecar.write("id0 stt stt_x\n");
      await untilLines(log.path, 1);
      // As much as a pipe holds, most of it unread when the signal comes.
      const text = numbered(3000, 1);
      expect(text.length).toBeLessThan(65_536);
      sidecar.write(`${text}id3001 stt stt_x`);
      sidecar.signal(name);
      expect(await sidecar.finished()).toEqual({ code, stdout: "", stderr: "" });
      expect(idsOf(log.path)).toEqual(idsUpTo(3002));
    },
  );

  test("of every kind was sent", () => expect(endings).toHaveLength(3));

  test("ends the run although there is always more to read", async () => {
    using log = place();
    // Not endless, so that a failure fills no disk.
    const producer = `timeout 8 yes 'id stt stt_x {"n": 1}'; test $? = 124 && touch "${log.cwd}/ended"`;
    const plenty = ["bash", "-c", `exec "$@" < <(${producer})`, "bash"];
    await using sidecar = startSidecar(log.args, {}, [...plenty, binary, "log", "--stdin"]);
    while (!existsSync(log.path)) await Bun.sleep(5);
    sidecar.signal("SIGTERM");
    expect(await sidecar.finished()).toMatchObject({ code: 143, stderr: "" });
    const { size } = statSync(log.path);
    const tail = await Bun.file(log.path)
      .slice(size - 150)
      .text();
    // The line in which the input was cut is neither an event nor a mistake.
    expect(tail).toEndWith('"event": "stt_x", "metadata": {"n": 1}}\n');
    expect(existsSync(join(log.cwd, "ended"))).toBe(false);
  });

  test("that it was told to ignore does not end it", async () => {
    using log = place();
    const command = ["bash", "-c", `trap '' HUP INT; exec "$@"`, "bash"];
    await using sidecar = startSidecar(log.args, {}, [...command, binary, "log", "--stdin"]);
    sidecar.write("id0 stt stt_x\n");
    await untilLines(log.path, 1);
    sidecar.signal("SIGHUP");
    sidecar.signal("SIGINT");
    await Bun.sleep(100);
    sidecar.write("id1 stt stt_x\n");
    await untilLines(log.path, 2);
    sidecar.signal("SIGTERM");
    expect((await sidecar.finished()).code).toBe(143);
    expect(idsOf(log.path)).toEqual(["id0", "id1"]);
  });

  test("is how the process ends, so that a shell stops its script at Ctrl-C", async () => {
    using log = place();
    const script = `
      (until [ -s voice.log ]; do sleep 0.01; done; echo ready) &
      { echo a b c; sleep 30; } | "$TIMMY" log --stdin --log voice.log
      echo went on`;
    const typist = { at: "ready", keys: "\x03" };
    const { code, shown } = await runOnTerminal(script, { cwd: log.cwd }, typist);
    expect(code).toBe(130);
    expect(shown).not.toContain("went on");
    expect(idsOf(log.path)).toEqual(["a"]);
  });
});

describe("a rotation under its feet", () => {
  test("takes the log away: the next line is in the new one", async () => {
    using log = place();
    await using sidecar = startSidecar(log.args);
    sidecar.write("id0 stt stt_x\n");
    await untilLines(log.path, 1);
    renameSync(log.path, `${log.path}.old`);
    sidecar.write("id1 stt stt_x\n");
    await untilLines(log.path, 1);
    sidecar.end();
    expect((await sidecar.finished()).code).toBe(0);
    expect([...idsOf(`${log.path}.old`), ...idsOf(log.path)]).toEqual(["id0", "id1"]);
  });

  test("by rotate, again and again, loses and doubles nothing", async () => {
    using log = place();
    await using sidecar = startSidecar(["--strict", ...log.args]);
    let lines = 0;
    const write = () => {
      sidecar.write(numbered(20, lines));
      lines += 20;
    };
    let isRotating = true;
    const writing = (async () => {
      while (isRotating) {
        write();
        await Bun.sleep(2);
      }
    })();
    await untilLines(log.path, 1);
    const rounds = 15;
    for (let round = 0; round < rounds; round++) {
      const ran = await run(["rotate", "--compress", "none", "--format", "json", ...log.args]);
      expect({ round, code: ran.code, stderr: ran.stderr }).toEqual({ round, code: 0, stderr: "" });
    }
    isRotating = false;
    await writing;
    write();
    sidecar.end();
    expect(await sidecar.finished()).toEqual({ code: 0, stdout: "", stderr: "" });
    const files = [...new Bun.Glob("voice-*.log").scanSync(log.cwd)].sort();
    expect(files.length).toBeGreaterThan(5);
    expect(files.length).toBeLessThanOrEqual(rounds);
    const ids = [...files, "voice.log"].flatMap((file) => idsOf(join(log.cwd, file)));
    expect(ids).toEqual(idsUpTo(lines));
  });
});

describe("a log that cannot be written", () => {
  test("costs one sentence and a count, status 0", async () => {
    const ran = await run(["log", "--stdin", "--log", "/dev/full"], { stdin: numbered(1000) });
    expect(ran).toEqual({
      code: 0,
      stdout: "",
      stderr: `${fullSentence}; trying on\ntimmy-latency: 1000 lines could not be written\n`,
    });
    const one = await run(["log", "--stdin", "--log", "/dev/full"], { stdin: "a b c" });
    expect(one.stderr).toEndWith("\ntimmy-latency: 1 line could not be written\n");
  });

  test("with --strict ends the run with 5 at once, though the input is open", async () => {
    await using sidecar = startSidecar(["--strict", "--log", "/dev/full"]);
    sidecar.write("a b c\n");
    expect(await sidecar.finished()).toEqual({ code: 5, stdout: "", stderr: `${fullSentence}\n` });
  });

  test("for a while costs the lines of that while", async () => {
    using log = place();
    mkdirSync(log.path);
    const complaints = join(log.cwd, "stderr");
    const command = ["bash", "-c", `exec "$@" 2>"${complaints}"`, "bash", binary, "log", "--stdin"];
    await using sidecar = startSidecar(log.args, {}, command);
    sidecar.write("id0 stt stt_x\n");
    await untilLines(complaints, 1);
    rmdirSync(log.path);
    sidecar.write("id1 stt stt_x\n");
    await untilLines(log.path, 1);
    sidecar.end();
    expect((await sidecar.finished()).code).toBe(0);
    expect(readFileSync(complaints, "utf8")).toBe(
      `timmy-latency: Cannot write to the log ${log.path}: it is a directory; trying on\n` +
        "timmy-latency: 1 line could not be written\n",
    );
    expect(idsOf(log.path)).toEqual(["id1"]);
  });

  describeUnless("on a small disk", whyNoMount(), () => {
    test("lines are whole or counted as lost, also those of the write that was cut", async () => {
      using log = place();
      const script = `
        mkdir disk && mount -t tmpfs -o size=100k tmpfs disk || exit
        trap 'umount disk' EXIT
        timmy log --stdin --log disk/voice.log; echo $?
        cat disk/voice.log`;
      const ran = await runShell(script, [], { cwd: log.cwd, stdin: numbered(2000) });
      const [status, ...lines] = ran.stdout.split("\n");
      expect(status).toBe("0");
      const torn = lines.pop() ?? "";
      expect(torn.length).toBeGreaterThan(0);
      const ids = lines.map((line) => (JSON.parse(line) as { request_id: string }).request_id);
      expect(ids).toEqual(idsUpTo(ids.length));
      expect(ran.stderr).toBe(
        "timmy-latency: Cannot write to the log disk/voice.log: no space left on the device; trying on\n" +
          `timmy-latency: ${2000 - ids.length} lines could not be written\n`,
      );
    });
  });

  test("as a pipe with a slow reader takes whole lines, or they are counted", async () => {
    using log = place();
    const script = `
      mkfifo voice.log; exec 3<>voice.log
      timmy log --stdin --log voice.log; echo $?
      dd bs=1M count=1 iflag=nonblock <&3 2>/dev/null`;
    const ran = await runShell(script, [], { cwd: log.cwd, stdin: numbered(2000) });
    const [status, ...rest] = ran.stdout.split("\n");
    expect(status).toBe("0");
    const ids = rest.flatMap((line) => /^\{.*"request_id": "(\w+)".*\}$/.exec(line)?.[1] ?? []);
    expect(ids.length).toBeGreaterThan(100);
    expect(ids).toEqual(idsUpTo(ids.length));
    const lost = Number(/(\d+) lines could not be written/.exec(ran.stderr)?.[1]);
    expect(lost).toBe(2000 - ids.length);
  });
});
