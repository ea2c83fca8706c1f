import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, runShell, temporaryFolder } from "../support/binary.ts";
import { content, folderWithLog, line } from "../support/log_to_clear.ts";
import { describeWithTools } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const cleared = `Cleared ${content}\n`;

test("clear keeps the file itself: same inode, same mode", async () => {
  using log = folderWithLog();
  chmodSync(log.path, 0o604);
  const before = statSync(log.path);
  const ran = await run(["clear", "--yes", "--log", "voice.log"], { cwd: log.cwd });
  const after = statSync(log.path);
  expect(ran).toEqual({ code: 0, stdout: cleared, stderr: "" });
  expect([after.ino, after.mode, after.size]).toEqual([before.ino, before.mode, 0]);
});

describe("clear refuses", () => {
  const sentences: readonly (readonly [name: string, make: (log: string) => void, why: string])[] =
    [
      ["a symbolic link", (path) => symlinkSync("target.log", path), "it is a symbolic link"],
      ["a directory", (path) => mkdirSync(path), "it is no regular file"],
      ["a FIFO", (path) => Bun.spawnSync(["mkfifo", path]), "it is no regular file"],
      [
        "a path under a file",
        (path) => writeFileSync(path.slice(0, -"/x".length), ""),
        "a part of the path is not a directory",
      ],
    ];

  for (const [name, make, why] of sentences) {
    test(`${name}, with a sentence and without waiting`, async () => {
      using folder = temporaryFolder();
      writeFileSync(join(folder.path, "target.log"), line);
      const path = join(folder.path, name.includes("under") ? "voice.log/x" : "voice.log");
      make(path);
      const stderr = `timmy-latency: Cannot clear the log ${path}: ${why}\n`;
      for (const option of ["--yes", "--dry-run"]) {
        const ran = await run(["clear", option, "--log", path], { cwd: folder.path });
        expect(ran).toEqual({ code: 5, stdout: "", stderr });
      }
      expect(readFileSync(join(folder.path, "target.log"), "utf8")).toBe(line);
    });
  }

  test("every refusal was met", () => expect(sentences).toHaveLength(4));

  describeWithTools("as an ordinary user", ["setpriv"], () => {
    test("a log that may not be written", async () => {
      using log = folderWithLog();
      chmodSync(log.cwd, 0o777);
      chmodSync(log.path, 0o444);
      const user =
        process.getuid?.() === 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups" : "";
      const ran = await runShell(`${user} "$TIMMY" clear --yes --log voice.log`, [], {
        cwd: log.cwd,
      });
      expect(ran).toEqual({
        code: 5,
        stdout: "",
        stderr: "timmy-latency: Cannot clear the log voice.log: permission denied\n",
      });
      expect(log.text()).toBe(line + line);
    });
  });
});

describe("clear without a terminal", () => {
  const question =
    "timmy-latency: Cannot ask whether to clear the log: add --yes, or --dry-run to look\n";
  const inputs = ["</dev/null", "<&-", "< <(sleep 0.3; echo y)", "<&3 3<>fifo", "<<< y", "<&- >&-"];

  for (const input of inputs) {
    test(`${input}: wants --yes, and never waits`, async () => {
      using log = folderWithLog();
      const script = `mkfifo fifo; exec 3<>fifo; timmy clear --log voice.log ${input}`;
      const ran = await runShell(script, [], { cwd: log.cwd });
      expect(ran).toEqual({ code: 2, stdout: "", stderr: question });
      expect(log.text()).toBe(line + line);
    });
  }

  test("every input was met", () => expect(inputs).toHaveLength(6));

  test("a full disk under stdout is exit 5, though the log is cleared by then", async () => {
    using log = folderWithLog();
    const ran = await runShell("timmy clear --yes --log voice.log >/dev/full", [], {
      cwd: log.cwd,
    });
    expect(ran).toEqual({
      code: 5,
      stdout: "",
      stderr: "timmy-latency: Cannot write to standard output: no space left on the device\n",
    });
  });
});

describeWithTools("clear while another run holds the lock", ["flock"], () => {
  const hold = "exec 9>voice.log.lock; flock 9;";
  const busy =
    "timmy-latency: Another run holds the lock voice.log.lock; try again when it has ended\n";

  test("is exit 3, and the log stays", async () => {
    using log = folderWithLog();
    const ran = await runShell(`${hold} timmy clear --yes --log voice.log`, [], { cwd: log.cwd });
    expect(ran).toEqual({ code: 3, stdout: "", stderr: busy });
    expect(log.text()).toBe(line + line);
  });

  test("still answers in JSON", async () => {
    using log = folderWithLog();
    const script = `${hold} timmy clear --yes --log voice.log --format json`;
    const ran = await runShell(script, [], { cwd: log.cwd });
    expect({ ...ran, stdout: JSON.parse(ran.stdout) }).toEqual({
      code: 3,
      stdout: {
        schema: 1,
        log: "voice.log",
        events: null,
        bytes: null,
        cleared: false,
        dry_run: false,
      },
      stderr: busy,
    });
  });

  test("may look: --dry-run takes no lock", async () => {
    using log = folderWithLog();
    const ran = await runShell(`${hold} timmy clear --dry-run --log voice.log`, [], {
      cwd: log.cwd,
    });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
  });

  test("works once that run has ended, however it ended", async () => {
    using log = folderWithLog();
    const script =
      "bash -c 'exec 9>voice.log.lock; flock 9; kill -9 $$'; timmy clear --yes --log voice.log";
    const ran = await runShell(script, [], { cwd: log.cwd });
    expect(ran).toMatchObject({ code: 0, stdout: cleared });
  });

  test("does not keep log from writing", async () => {
    using log = folderWithLog();
    const ran = await runShell(`${hold} timmy log a b c --log voice.log --strict`, [], {
      cwd: log.cwd,
    });
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("a lock that is a symbolic link is refused", async () => {
    using log = folderWithLog();
    symlinkSync("target", join(log.cwd, "voice.log.lock"));
    const ran = await run(["clear", "--yes", "--log", "voice.log"], { cwd: log.cwd });
    expect(ran).toEqual({
      code: 5,
      stdout: "",
      stderr:
        "timmy-latency: Cannot open the lock voice.log.lock: it is a symbolic link, or leads in a circle of them\n",
    });
    expect(log.text()).toBe(line + line);
  });
});

test("clear under writers leaves whole lines only", async () => {
  using log = folderWithLog();
  const writer =
    "for i in {1..40}; do timmy log id$1-$i stt stt_x --log voice.log --strict || exit; done";
  const cleaner =
    "for i in {1..15}; do timmy clear --yes --quiet --log voice.log; s=$?; [ $s = 0 ] || [ $s = 3 ] || exit $s; done";
  const runs = await Promise.all([
    ...["a", "b", "c", "d"].map((name) => runShell(writer, [name], { cwd: log.cwd })),
    ...["x", "y"].map(() => runShell(cleaner, [], { cwd: log.cwd })),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  await runShell("timmy log last stt stt_x --log voice.log --strict", [], { cwd: log.cwd });
  const lines = log.text().slice(0, -1).split("\n");
  expect(log.text()).toEndWith("}\n");
  for (const text of lines) expect(JSON.parse(text)).toMatchObject({ service: "stt" });
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ request_id: "last" });
});
