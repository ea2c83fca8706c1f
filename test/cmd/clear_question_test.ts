import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/binary.ts";
import { content, folderWithLog, line } from "../support/log_to_clear.ts";
import { runOnTerminal } from "../support/terminal.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

describe("clear on a terminal", () => {
  const question = `Clear ${content}? [y/N]`;
  const toFile = '"$TIMMY" clear --log voice.log >out';

  for (const keys of ["y\n", "Y\n", "yes\n", " y \n", "YES\n"]) {
    test(`${JSON.stringify(keys)} is yes; the question is no data`, async () => {
      using log = folderWithLog();
      const { code, shown } = await runOnTerminal(toFile, { cwd: log.cwd }, { at: "[y/N]", keys });
      expect(code).toBe(0);
      expect(shown).toContain(question);
      expect(log.text()).toBe("");
      expect(readFileSync(join(log.cwd, "out"), "utf8")).toBe(`Cleared ${content}\n`);
    });
  }

  for (const keys of ["n\n", "\n", "no\n", "yeah\n", "j\n", "\x04"]) {
    test(`${JSON.stringify(keys)} is no: exit 1, the log stays`, async () => {
      using log = folderWithLog();
      const { code, shown } = await runOnTerminal(toFile, { cwd: log.cwd }, { at: "[y/N]", keys });
      expect(code).toBe(1);
      expect(shown).toContain(question);
      expect(shown).toContain("Nothing was cleared");
      expect(log.text()).toBe(line + line);
      expect(readFileSync(join(log.cwd, "out"), "utf8")).toBe("");
    });
  }

  test("Ctrl-C ends the run by the signal, the log stays", async () => {
    using log = folderWithLog();
    const typist = { at: "[y/N]", keys: "\x03" };
    const { code, shown } = await runOnTerminal(`${toFile}; exit $?`, { cwd: log.cwd }, typist);
    expect(code).toBe(130);
    expect(shown).not.toContain("Nothing was cleared");
    expect(log.text()).toBe(line + line);
  });

  test("a terminal that goes away at the question ends the run, the log stays", async () => {
    using log = folderWithLog();
    const typist = { at: "[y/N]", keys: null };
    const { code } = await runOnTerminal(`exec ${toFile}`, { cwd: log.cwd }, typist);
    expect(code).not.toBe(0);
    expect(log.text()).toBe(line + line);
  });

  test("--yes and --dry-run do not ask", async () => {
    for (const option of ["--yes", "--dry-run"]) {
      using log = folderWithLog();
      const script = `"$TIMMY" clear ${option} --log voice.log`;
      const { code, shown } = await runOnTerminal(script, { cwd: log.cwd });
      expect(code).toBe(0);
      expect(shown).not.toContain("?");
      expect(shown).toContain(content);
    }
  });

  test("JSON says that nothing was cleared", async () => {
    using log = folderWithLog();
    const script = '"$TIMMY" clear --log voice.log --format json >out';
    await runOnTerminal(script, { cwd: log.cwd }, { at: "[y/N]", keys: "n\n" });
    expect(JSON.parse(readFileSync(join(log.cwd, "out"), "utf8"))).toMatchObject({
      events: 2,
      cleared: false,
    });
  });

  test("with stderr elsewhere nobody would see the question: it wants --yes", async () => {
    using log = folderWithLog();
    const script = '"$TIMMY" clear --log voice.log 2>err';
    const { code } = await runOnTerminal(script, { cwd: log.cwd });
    expect(code).toBe(2);
    expect(log.text()).toBe(line + line);
  });

  test("analyze --clear asks the same question", async () => {
    using log = folderWithLog();
    const script = '"$TIMMY" analyze --clear --log voice.log';
    const { code, shown } = await runOnTerminal(
      script,
      { cwd: log.cwd },
      { at: "[y/N]", keys: "y\n" },
    );
    expect(code).toBe(0);
    expect(shown).toContain(question);
    expect(log.text()).toBe("");
  });

  test("a path with control characters is shown escaped in the question", async () => {
    using folder = temporaryFolder();
    const evil = "evil\x1b]0;x\x07.log";
    writeFileSync(join(folder.path, evil), line);
    const { shown } = await runOnTerminal(
      '"$TIMMY" clear --log "$EVIL"',
      { cwd: folder.path, env: { EVIL: evil } },
      { at: "[y/N]", keys: "n\n" },
    );
    expect(shown).toContain("evil\\x1b]0;x\\x07.log? [y/N]");
  });
});
