/** What `log` does when the system fails it. FAULT=full is `bun run fault`: more of the same. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, type Run, run, runProgram, runShell, temporaryFolder } from "../support/binary.ts";
import { linesOf } from "../support/log_lines.ts";
import { whyNoMount } from "../support/mounts.ts";
import { describeUnless, describeWithTools } from "../support/tools.ts";
import { decodeLines } from "../support/writers.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(120_000);

const isFull = process.env["FAULT"] === "full";

/** A folder of its own with a log in it, empty or as given. */
function place(content = "") {
  const folder = temporaryFolder();
  const path = join(folder.path, "voice.log");
  writeFileSync(path, content);
  return { ...folder, path, cwd: folder.path };
}

type Place = ReturnType<typeof place>;

const sentence = (path: string, reason: string) =>
  `timmy-latency: Cannot write to the log ${path}: ${reason}\n`;

describeWithTools("log with a system call that fails", ["strace"], () => {
  /** Runs `log` under strace, which spoils calls that concern the log; says how many it spoilt. */
  async function logSpoilt(log: Place, injection: string, ...options: string[]) {
    const trace = join(log.cwd, "trace");
    const strace = ["strace", "-f", "-o", trace, "-P", log.path, "-e", `inject=${injection}`];
    const args = ["log", "id1", "stt", "stt_x", "--log", log.path, ...options];
    const ran = await runProgram([...strace, binary, ...args], log);
    const spoilt = readFileSync(trace, "utf8").match(/\(INJECTED\)/g)?.length ?? 0;
    return { ran, spoilt };
  }

  const failures: readonly (readonly [call: string, error: string, reason: string])[] = [
    ["write", "EIO", "the device reports an input/output error"],
    ["write", "ENOSPC", "no space left on the device"],
    ["write", "EDQUOT", "the disk quota is used up"],
    ["write", "EFBIG", "the file may not grow further"],
    ["write", "EAGAIN", "it is busy and takes nothing just now"],
    ["openat", "EMFILE", "this process has too many open files"],
    ["openat", "ENFILE", "the system has too many open files"],
    ["openat", "EACCES", "permission denied"],
    ["openat", "EROFS", "the file system is read-only"],
    ["openat", "EIO", "the device reports an input/output error"],
    ["openat", "EAGAIN", "it is busy and takes nothing just now"],
  ];

  test.each(failures)(
    "%s, %s: one sentence, status 0, with --strict 5",
    async (call, error, reason) => {
      using log = place();
      const stderr = sentence(log.path, reason);
      const plain = await logSpoilt(log, `${call}:error=${error}`);
      expect(plain.spoilt).toBeGreaterThan(0);
      expect(plain.ran).toEqual({ code: 0, stdout: "", stderr });
      const strict = await logSpoilt(log, `${call}:error=${error}`, "--strict");
      expect(strict.ran).toEqual({ code: 5, stdout: "", stderr });
      expect(readFileSync(log.path, "utf8")).toBe("");
    },
  );

  test("were all met", () => expect(failures).toHaveLength(11));

  test("with EAGAIN, as in the last step of a rotation, opens again until it may", async () => {
    using log = place();
    const { ran, spoilt } = await logSpoilt(log, "openat:error=EAGAIN:when=1..20", "--strict");
    expect(spoilt).toBe(20);
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(linesOf(log.path)).toHaveLength(1);
  });

  test("with a write that takes five bytes, writes the rest", async () => {
    using log = place();
    const { ran, spoilt } = await logSpoilt(log, "write:retval=5:when=1", "--strict");
    expect(spoilt).toBe(1);
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
    // The five bytes were taken by strace alone.
    const text = readFileSync(log.path, "utf8");
    writeFileSync(log.path, `{"tim${text}`);
    expect(linesOf(log.path)).toHaveLength(1);
  });

  test("with two such writes, says that the line is not whole", async () => {
    using log = place();
    const { ran, spoilt } = await logSpoilt(log, "write:retval=5", "--strict");
    expect(spoilt).toBe(2);
    const stderr = sentence(log.path, "only a part of the line was taken");
    expect(ran).toEqual({ code: 5, stdout: "", stderr });
  });

  test("in the sidecar counts what was lost and goes on", async () => {
    using log = place();
    const script = `{ echo id1 b c; sleep 0.3; echo id2 b c; } |
      strace -f -o trace -P "$1" -e inject=write:error=EIO:when=1 "$TIMMY" log --stdin --log "$1"`;
    const ran = await runShell(script, [log.path], log);
    const said = sentence(log.path, "the device reports an input/output error");
    const stderr = `${said.trimEnd()}; trying on\ntimmy-latency: 1 line could not be written\n`;
    expect(ran).toEqual({ code: 0, stdout: "", stderr });
    expect(linesOf(log.path).map((line) => line.request_id)).toEqual(["id2"]);
  });
});

describe("log under limits", () => {
  test("of open files writes its line or says why not, and never hangs", async () => {
    let [written, refused] = [0, 0];
    for (let limit = 3; limit <= 16; limit++) {
      using log = place();
      const script = `ulimit -n ${limit}; exec "$TIMMY" log id1 b c --log "$1"`;
      const ran = await runShell(script, [log.path], { ...log, patienceMs: 20_000 });
      expect(ran.code).not.toBe(137);
      if (readFileSync(log.path, "utf8") === "") {
        refused++;
        continue;
      }
      written++;
      expect(linesOf(log.path)).toHaveLength(1);
    }
    expect(written + refused).toBe(14);
    expect(written).toBeGreaterThan(0);
  });

  test("of file size costs a sentence, SIGXFSZ does not end it", async () => {
    for (const [option, code] of [
      ["", 0],
      ["--strict", 5],
    ] as const) {
      using log = place("x".repeat(1000));
      const script = `ulimit -f 1; exec "$TIMMY" log id1 b c --log "$1" ${option}`;
      const stderr = sentence(log.path, "the file may not grow further");
      expect(await runShell(script, [log.path], log)).toEqual({ code, stdout: "", stderr });
      expect(statSync(log.path).size).toBe(1024);
    }
  });

  test("of rights: any umask only takes rights away", async () => {
    const masks = [
      ["000", "640", "750"],
      ["022", "640", "750"],
      ["027", "640", "750"],
      ["077", "600", "700"],
    ] as const;
    for (const [mask, file, folder] of masks) {
      using log = place();
      const script = `umask ${mask}; timmy log a b c --log new/voice.log --strict && stat -c %a new/voice.log new`;
      const ran = await runShell(script, [], log);
      expect({ mask, ...ran }).toEqual({
        mask,
        code: 0,
        stdout: `${file}\n${folder}\n`,
        stderr: "",
      });
    }
    expect(masks).toHaveLength(4);
  });

  test("of the environment: there is none at all, as under cron", async () => {
    using log = place();
    const script = `env -i "$TIMMY" log a b c --log "$1" <&- >&- 2>&-; echo $?`;
    expect((await runShell(script, [log.path], log)).stdout).toBe("0\n");
    expect(linesOf(log.path)).toHaveLength(1);
  });
});

describe("log killed at any moment", () => {
  const kills = isFull ? 1000 : 60;

  test(`tears nothing that was acknowledged (${kills} times)`, async () => {
    using log = place();
    const acknowledged = new Set<string>();
    let killed = 0;
    const filler = "x".repeat(5000);
    for (let round = 0; round < kills; round++) {
      const id = `id${round}`;
      const child = Bun.spawn(
        [binary, "log", id, "stt", "x", "--meta", `f=${filler}`, "--log", log.path],
        {
          stdio: ["ignore", "ignore", "ignore"],
        },
      );
      await Bun.sleep(Math.random() * 15);
      child.kill("SIGKILL");
      if ((await child.exited) === 0) acknowledged.add(id);
      else killed++;
    }
    await run(["log", "last", "stt", "x", "--log", log.path]);
    acknowledged.add("last");
    expect(killed).toBeGreaterThan(0);
    const decoded = decodeLines(readFileSync(log.path));
    const ids = decoded.flatMap((line) => line.events.map((event) => event.requestId));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
    const kinds = decoded.flatMap(({ fault }) => (fault === null ? [] : [fault.kind]));
    expect(kinds.filter((kind) => kind !== "torn" && kind !== "bad json")).toEqual([]);
  });
});

describe("sixteen writers of lines of 200 KB", () => {
  const [writers, lines] = [16, isFull ? 100 : 20];

  test(`keep ${writers * lines} lines whole and in order`, async () => {
    using log = place();
    const script = `
      text=$(head -c 200000 /dev/zero | tr '\\0' "$1")
      for ((i = 0; i < ${lines}; i++)); do echo "w$2-$i stt x {\\"text\\": \\"$text\\"}"; done |
        timmy log --stdin --strict --log "$3"`;
    const letter = (writer: number) => String.fromCharCode(97 + writer);
    const ran = await Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        runShell(script, [letter(writer), String(writer), log.path], {
          ...log,
          patienceMs: 120_000,
        }),
      ),
    );
    expect(ran).toEqual(Array<Run>(writers).fill({ code: 0, stdout: "", stderr: "" }));
    const next = new Map<number, number>();
    for (const { events, fault } of decodeLines(readFileSync(log.path))) {
      expect(fault).toBeNull();
      const [event] = events;
      const [writer = -1, number] = (event?.requestId.slice(1) ?? "").split("-").map(Number);
      expect(number).toBe(next.get(writer) ?? 0);
      next.set(writer, (next.get(writer) ?? 0) + 1);
      expect(event?.metadata["text"] === letter(writer).repeat(200_000)).toBe(true);
    }
    expect([...next.values()]).toEqual(Array(writers).fill(lines));
  });
});

describeWithTools("log with a wrong clock", ["faketime"], () => {
  test("writes what the clock says, an hour late, an hour early, and after ten years", async () => {
    using log = place();
    const shifts = [
      ["-1h", -3600],
      ["+0", 0],
      ["+1h", 3600],
      ["-1h", -3600],
      ["+3650d", 3650 * 86_400],
    ] as const;
    for (const [shift, seconds] of shifts) {
      const before = Date.now() / 1000;
      const ran = await runProgram(
        ["faketime", "-f", shift, binary, "log", "id1", "stt", "x", "--log", log.path],
        log,
      );
      expect({ shift, ...ran }).toEqual({ shift, code: 0, stdout: "", stderr: "" });
      const stamp = (linesOf(log.path).at(-1)?.timestamp ?? Number.NaN) - seconds;
      expect(stamp).toBeGreaterThan(before - 0.1);
      expect(stamp).toBeLessThan(Date.now() / 1000 + 0.1);
    }
    expect(linesOf(log.path)).toHaveLength(5);
    const analyzed = await run(["analyze", log.path, "--summary", "--format", "json"], log);
    expect(analyzed).toMatchObject({ code: 0, stderr: "" });
    // Steps of more than the idle window make requests of their own; nothing is lost.
    expect(JSON.parse(analyzed.stdout)).toMatchObject({
      log: { events: 5, problems: { total: 0 } },
    });
  });
});

describeUnless("log on a read-only disk", whyNoMount(), () => {
  test("says so", async () => {
    using log = place();
    const script = `
      mkdir disk && mount -t tmpfs tmpfs disk || exit
      trap 'umount disk' EXIT
      touch disk/old.log; mount -o remount,ro disk
      for log in old new; do timmy log a b c --log disk/$log.log; echo $?; timmy log a b c --log disk/$log.log --strict; echo $?; done`;
    const ran = await runShell(script, [], log);
    expect(ran.stdout).toBe("0\n5\n0\n5\n");
    const said = ["old", "old", "new", "new"].map((name) =>
      sentence(`disk/${name}.log`, "the file system is read-only"),
    );
    expect(ran.stderr).toBe(said.join(""));
  });
});

/** Why no file can be made immutable here, or null. */
function whyNotImmutable(): string | null {
  using folder = temporaryFolder();
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  const { exitCode } = Bun.spawnSync(
    ["bash", "-c", 'chattr +i "$1" && chattr -i "$1"', "-", file],
    {
      stderr: "ignore",
    },
  );
  return exitCode === 0 ? null : "chattr +i does not work here";
}

describeUnless("log on an immutable file or folder", whyNotImmutable(), () => {
  test("says so", async () => {
    using log = place();
    mkdirSync(join(log.cwd, "folder"));
    const script = `
      trap 'chattr -i voice.log folder' EXIT
      chattr +i voice.log folder
      timmy log a b c --log voice.log --strict; echo $?
      timmy log a b c --log folder/new.log --strict; echo $?`;
    const ran = await runShell(script, [], log);
    expect(ran).toEqual({
      code: 0,
      stdout: "5\n5\n",
      stderr:
        sentence("voice.log", "operation not permitted") +
        sentence("folder/new.log", "operation not permitted"),
    });
    expect(existsSync(join(log.cwd, "folder", "new.log"))).toBe(false);
  });
});
