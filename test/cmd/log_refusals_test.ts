import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, runProgram, runShell, temporaryFolder } from "../support/binary.ts";
import { type LoggedLine, linesOf } from "../support/log_lines.ts";
import { whyNoMount } from "../support/mounts.ts";
import { describeUnless, describeWithTools } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

describe("a log that cannot be written", () => {
  /** Both ways of one refusal: without --strict the caller goes on, with it the status is 5. */
  async function expectRefusal(path: string, sentence: string, cwd: string): Promise<void> {
    const stderr = `timmy-latency: ${sentence}\n`;
    const args = ["log", "abc123de", "stt", "stt_x", "--log", path];
    expect(await run(args, { cwd })).toEqual({ code: 0, stdout: "", stderr });
    expect(await run([...args, "--strict"], { cwd })).toEqual({ code: 5, stdout: "", stderr });
  }

  test("a full disk", async () => {
    const sentence = "Cannot write to the log /dev/full: no space left on the device";
    await expectRefusal("/dev/full", sentence, "/");
  });

  test("a directory", async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, "voice.log"));
    await expectRefusal(
      "voice.log",
      "Cannot write to the log voice.log: it is a directory",
      folder.path,
    );
  });

  test("a FIFO that nobody reads", async () => {
    using folder = temporaryFolder();
    await runProgram(["mkfifo", "voice.log"], { cwd: folder.path });
    const sentence = "Cannot write to the log voice.log: it is a pipe that nobody reads";
    await expectRefusal("voice.log", sentence, folder.path);
  });

  test("a FIFO that somebody reads takes the line", async () => {
    using folder = temporaryFolder();
    const script =
      "mkfifo voice.log; exec 3<>voice.log; timmy log a b c --log voice.log --strict && head -n1 <&3";
    const { code, stdout } = await runShell(script, [], { cwd: folder.path });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ request_id: "a" });
  });

  test("a name with control characters is shown escaped", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "a"), "");
    const sentence =
      "Cannot write to the log a/\\x1b]0;x\\x07\\x0a.log: a part of the path is not a directory";
    await expectRefusal("a/\x1b]0;x\x07\n.log", sentence, folder.path);
  });

  test("a circle of symbolic links", async () => {
    using folder = temporaryFolder();
    await runProgram(["ln", "-s", "voice.log", "voice.log"], { cwd: folder.path });
    const sentence =
      "Cannot write to the log voice.log: it is a symbolic link, or leads in a circle of them";
    await expectRefusal("voice.log", sentence, folder.path);
  });

  describeWithTools("as an ordinary user", ["setpriv"], () => {
    test("a folder that may not be written", async () => {
      using folder = temporaryFolder();
      chmodSync(folder.path, 0o555);
      const isRoot = process.getuid?.() === 0;
      const script = `${isRoot ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : ""}"$TIMMY" log a b c --log "$1/voice.log" --strict`;
      const ran = await runShell(script, [folder.path], { cwd: "/" });
      const stderr = `timmy-latency: Cannot write to the log ${folder.path}/voice.log: permission denied\n`;
      expect(ran).toEqual({ code: 5, stdout: "", stderr });
    });
  });

  describeUnless("on a small disk", whyNoMount(), () => {
    test("a disk that fills up: every line before it stays whole", async () => {
      using folder = temporaryFolder();
      const script = `
      mkdir disk && mount -t tmpfs -o size=64k tmpfs disk || exit
      trap 'umount disk' EXIT
      head -c 61400 /dev/zero > disk/filler
      for i in {1..40}; do timmy log "id$i" stt stt_x --log disk/voice.log || exit; done
      timmy log last stt stt_x --log disk/voice.log --strict; echo $?
      cat disk/voice.log`;
      const { code, stdout, stderr } = await runShell(script, [], { cwd: folder.path });
      expect(code).toBe(0);
      const [status, ...lines] = stdout.split("\n");
      expect(status).toBe("5");
      const whole = lines.slice(0, -1).map((line) => (JSON.parse(line) as LoggedLine).request_id);
      expect(whole.length).toBeGreaterThan(10);
      expect(whole).toEqual(whole.map((_, index) => `id${index + 1}`));
      const complaints = stderr.trimEnd().split("\n");
      expect(complaints.length).toBe(41 - whole.length);
      expect(complaints.at(-1)).toBe(
        "timmy-latency: Cannot write to the log disk/voice.log: no space left on the device",
      );
    });
  });
});

describe("closed descriptors", () => {
  const closings = ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"];

  test("log writes its line, and nothing else, whatever is closed", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    for (const [index, closing] of closings.entries()) {
      const ran = await runShell(`timmy log id${index} b c ${closing}`, [], {
        env: { TIMMY_LATENCY_LOG: path },
      });
      expect({ closing, ...ran }).toEqual({ closing, code: 0, stdout: "", stderr: "" });
    }
    const ids = linesOf(path).map((line) => line.request_id);
    expect(ids).toEqual(closings.map((_, index) => `id${index}`));
    expect(ids).toHaveLength(7);
  });

  test("log on a full disk with stderr closed still ends with 0, or 5 when strict", async () => {
    const plain = await runShell("timmy log a b c --log /dev/full <&- >&- 2>&-");
    const strict = await runShell("timmy log a b c --log /dev/full --strict <&- >&- 2>&-");
    expect([plain.code, strict.code]).toEqual([0, 5]);
  });

  test("log with stderr on a full disk still ends with 0", async () => {
    const { code } = await runShell("timmy log a b c --log /dev/full 2>/dev/full");
    expect(code).toBe(0);
  });
});
