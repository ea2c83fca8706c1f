/**
 * A log on a file system that systems share: strace writes the number of another file system into what
 * the kernel answers, as nobody has such a disk at hand.
 */
import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, type Run, runProgram, temporaryFolder } from "../support/binary.ts";
import { describeWithTools } from "../support/tools.ts";

setDefaultTimeout(60_000);

/** The first bytes of `struct statfs`: the file system's number, least byte first. */
const numbers = {
  "9p": "9719020100000000",
  nfs: "6969000000000000",
  cifs: "424d53ff00000000",
  smb2: "424d53fe00000000",
  ext4: "53ef000000000000",
} as const;

function runOn(
  kind: keyof typeof numbers,
  cwd: string,
  args: readonly string[],
  stdin = "",
): Promise<Run> {
  const inject = ["statfs", "fstatfs"].flatMap((call) => [
    "-e",
    `inject=${call}:poke_exit=@arg2=${numbers[kind]}`,
  ]);
  const trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=statfs,fstatfs", ...inject];
  return runProgram([...trace, binary, ...args], { cwd, stdin });
}

const warning = (path: string, type: string) =>
  `The log ${path} lies on a file system that another system may write to as well (${type}): ` +
  "lines of both can overwrite each other there; give each system a log of its own, and " +
  "name both files to analyze\n";

describeWithTools("on a shared file system", ["strace"], () => {
  for (const kind of ["9p", "nfs", "cifs", "smb2"] as const) {
    test(`log says so when it makes the log on ${kind}, and never again`, async () => {
      using folder = temporaryFolder();
      const args = ["log", "a", "stt", "stt_x", "--log", "x.log"];
      expect(await runOn(kind, folder.path, args)).toEqual({
        code: 0,
        stdout: "",
        stderr: `timmy-latency: ${warning("x.log", kind)}`,
      });
      expect(await runOn(kind, folder.path, args)).toEqual({ code: 0, stdout: "", stderr: "" });
    });
  }

  test("nobody says anything on a local disk, or with --quiet", async () => {
    using folder = temporaryFolder();
    const quiet = ["log", "a", "stt", "stt_x", "--quiet", "--log", "y.log"];
    const silent = { code: 0, stdout: "", stderr: "" };
    const local = ["log", "a", "stt", "stt_x", "--log", "x.log"];
    expect(await runOn("ext4", folder.path, local)).toEqual(silent);
    expect(await runOn("9p", folder.path, quiet)).toEqual(silent);
    const sdk = await runOn("ext4", folder.path, ["sdk", "bash", "--log", "x.log"]);
    expect(sdk.stderr).toBe("");
    const rotated = await runOn("ext4", folder.path, ["rotate", "--dry-run", "--log", "x.log"]);
    expect(rotated.stderr).toBe("");
  });

  test("log --stdin and run say so once", async () => {
    using folder = temporaryFolder();
    const lines = "a stt stt_x\na stt stt_y\n";
    const fed = await runOn("nfs", folder.path, ["log", "--stdin", "--log", "x.log"], lines);
    expect(fed.stderr).toBe(`timmy-latency: ${warning("x.log", "nfs")}`);
    const ran = await runOn("nfs", folder.path, "run --log y.log a tts v -- true".split(" "));
    expect(ran).toEqual({
      code: 0,
      stdout: "",
      stderr: `timmy-latency: ${warning("y.log", "nfs")}`,
    });
  });

  test("sdk and rotate say so on stderr", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "x.log");
    const sdk = await runOn("9p", folder.path, ["sdk", "python", "--log", "x.log"]);
    expect(sdk.stderr).toBe(warning(path, "9p"));
    expect(sdk.stdout).toContain("def log_timing(");
    // A log that is absent is none to be rotated.
    const none = await runOn("9p", folder.path, ["rotate", "--log", "x.log"]);
    expect(none.stderr).not.toContain("shared");
    writeFileSync(path, "x\n");
    const rotated = await runOn("9p", folder.path, ["rotate", "--dry-run", "--log", path]);
    expect(rotated.stderr).toBe(warning(path, "9p"));
    expect(rotated.stdout).toStartWith(`Would rotate ${path}`);
  });

  test("doctor says so each time, and that leases do not tell of every writer", async () => {
    using folder = temporaryFolder();
    const args = ["doctor", "--log", "x.log", "--format", "json"];
    await runOn("ext4", folder.path, ["log", "a", "stt", "stt_x", "--log", "x.log"]);
    for (const _ of [1, 2]) {
      const { stdout, code } = await runOn("9p", folder.path, args);
      expect(code).toBe(1);
      const { checks, place } = JSON.parse(stdout);
      expect(place).toMatchObject({ file_system: { reach: "shared" }, lease: "incomplete" });
      expect(checks[4]).toMatchObject({ name: "file system", verdict: "care" });
      expect(checks[5]).toMatchObject({ name: "leases", verdict: "note" });
    }
  });
});
