/** Where the log is when the environment does not say, or says it badly. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { binary, runProgram, temporaryFolder } from "../support/binary.ts";
import { describeUnless } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

/** The home folder that the system's own tool finds. */
const passwdHome = Bun.spawnSync(["getent", "passwd", String(userInfo().uid)])
  .stdout.toString()
  .split(":")[5];

async function logOf(env: readonly string[]): Promise<string | undefined> {
  const { stdout } = await runProgram(["env", "-i", ...env, binary, "help"]);
  return /^The log: (.*)$/m.exec(stdout)?.[1];
}

describe("the log is in the passwd home", () => {
  const environments = [[], ["HOME="], ["HOME=relative"], ["HOME=./x", "XDG_STATE_HOME=relative"]];

  for (const env of environments) {
    test(`with ${env.join(" ") || "no environment at all"}`, async () => {
      expect(await logOf(env)).toBe(
        `${passwdHome}/.local/state/timmy-latency/latency.log (by home folder)`,
      );
    });
  }

  test("in no other case", async () => {
    expect(environments).toHaveLength(4);
    expect(await logOf(["HOME=/h"])).toStartWith("/h/.local/state/");
    expect(await logOf(["HOME=h", "XDG_STATE_HOME=/s"])).toBe(
      "/s/timmy-latency/latency.log (by XDG_STATE_HOME)",
    );
    expect(await logOf(["HOME=h", "TIMMY_LATENCY_LOG=/l"])).toBe("/l (by TIMMY_LATENCY_LOG)");
  });
});

const isRoot = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
describeUnless("a user without a home folder", isRoot ? null : "root and setpriv wanted", () => {
  const sentence =
    "Cannot find the log: user 54321 has no home folder; set TIMMY_LATENCY_LOG, or name it with --log";

  test("may log in vain, and gets help and a sentence", async () => {
    using folder = temporaryFolder();
    // The tester's own folder may be closed to other users.
    const copy = join(folder.path, "timmy-latency");
    cpSync(binary, copy);
    Bun.spawnSync(["chmod", "755", folder.path]);
    const user = ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups"];
    const runAs = (...args: string[]) => runProgram(["env", "-i", ...user, copy, ...args]);
    const stderr = `timmy-latency: ${sentence}\n`;
    expect(await runAs("log", "a", "b", "c")).toEqual({ code: 0, stdout: "", stderr });
    expect(await runAs("log", "a", "b", "c", "--strict")).toEqual({ code: 5, stdout: "", stderr });
    expect(await runAs("analyze")).toEqual({ code: 5, stdout: "", stderr });
    expect(await runAs("clear", "--yes")).toEqual({ code: 5, stdout: "", stderr });
    const help = await runAs("help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain(sentence);
    const json = await runAs("analyze", "--format", "json");
    expect({ ...json, stdout: JSON.parse(json.stdout) }).toMatchObject({
      code: 5,
      stdout: { requests: [], log: null },
      stderr,
    });
    const cleared = await runAs("clear", "--yes", "--format", "json");
    expect({ ...cleared, stdout: JSON.parse(cleared.stdout) }).toEqual({
      code: 5,
      stdout: { schema: 1, log: null, events: null, bytes: null, cleared: false, dry_run: false },
      stderr,
    });
  });
});
