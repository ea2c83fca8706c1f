/** The installer that `bun run package` puts beside the executables. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { binary, type Run, runProgram, temporaryFolder } from "./support/binary.ts";
import { describeUnless, describeWithTools } from "./support/tools.ts";

setDefaultTimeout(60_000);

const script = join(import.meta.dir, "tasks", "package", "install.sh");
const version = `timmy-latency ${packageJson.version}`;
const unchecked = "(unchecked, as no SHA256SUMS lies beside it)";
const isPosix = process.platform === "linux" || process.platform === "darwin";

/** The first bytes of executables for other systems, and what install.sh calls these. */
const foreign: readonly (readonly [system: string, head: readonly number[]])[] = [
  ["Linux aarch64", elf(0xb7)],
  ["an unknown processor", elf(0x28)],
  ["Darwin x86_64", [0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]],
  ["Darwin arm64", [0xcf, 0xfa, 0xed, 0xfe, 12, 0, 0, 1]],
  ["Windows", [0x4d, 0x5a, 0x90, 0]],
  ["no system: it is not an executable", [0x23, 0x21, 0x2f]],
  ["no system: it is not an executable", []],
];

function elf(machine: number): number[] {
  return [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, machine, 0];
}

describeUnless("install.sh", isPosix ? null : "this is no POSIX system", () => {
  for (const shell of ["dash", "bash"]) {
    describeWithTools(`in ${shell}`, [shell], () => proveIn(shell));
  }

  describeWithTools("as shellcheck sees it", ["shellcheck"], () => {
    test("has nothing to mend", async () => {
      const seen = await runProgram(["shellcheck", "--shell=sh", script]);
      expect(seen).toEqual({ code: 0, stdout: "", stderr: "" });
    });
  });
});

function proveIn(shell: string): void {
  /** Runs the script in an empty home below `folder`, with the executable beside it. */
  async function install(folder: string, args: readonly string[], home = "home"): Promise<Run> {
    mkdirSync(join(folder, home), { recursive: true });
    const env = { HOME: join(folder, home) };
    return runProgram([shell, script, ...args], { cwd: folder, env });
  }

  const listed = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

  /** Nothing may be left of an installation that was refused. */
  async function expectRefusal(folder: string, args: readonly string[], code: number, why: string) {
    const ran = await install(folder, args);
    expect(ran).toEqual({ code, stdout: "", stderr: `install.sh: ${why}\n` });
    expect(listed(join(folder, "home", ".local", "bin"))).toEqual([]);
  }

  test("installs in an empty home, again without a change, and over an older one", async () => {
    using folder = temporaryFolder();
    const target = join(folder.path, "home", ".local", "bin", "timmy-latency");
    const off = `${join(folder.path, "home", ".local", "bin")} is not on your PATH\n`;
    expect(await install(folder.path, [binary])).toEqual({
      code: 0,
      stdout: `Installed ${version} at ${target} ${unchecked}\n${off}`,
      stderr: "",
    });
    const { ino, mode } = statSync(target);
    expect(mode & 0o777).toBe(0o755);
    expect((await install(folder.path, [binary])).stdout).toBe(
      `${version} is already at ${target} ${unchecked}\n${off}`,
    );
    expect(statSync(target).ino).toBe(ino);
    writeFileSync(target, "#!/bin/sh\necho older\n");
    expect((await install(folder.path, [binary])).stdout).toStartWith("Installed ");
    expect(await runProgram([target, "--version"])).toMatchObject({ stdout: `${version}\n` });
    expect(listed(join(folder.path, "home", ".local", "bin"))).toEqual(["timmy-latency"]);
  });

  test("copes with spaces, quotes and dashes in paths", async () => {
    using folder = temporaryFolder();
    const odd = join(folder.path, 'it\'s a "folder" $HOME *');
    mkdirSync(odd);
    symlinkSync(binary, join(odd, "-the file"));
    const ran = await runProgram([shell, script, "--prefix=my place", "--", "-the file"], {
      cwd: odd,
    });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const target = join(odd, "my place", "bin", "timmy-latency");
    expect(ran.stdout).toStartWith(`Installed ${version} at ${target} `);
    expect(await runProgram([target, "--version"])).toMatchObject({ stdout: `${version}\n` });
  });

  test("compares with the sums beside the file, and leaves nothing of a damaged one", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "the file");
    copyFileSync(binary, file);
    const sum = createHash("sha256").update(readFileSync(file)).digest("hex");
    const sums = join(folder.path, "SHA256SUMS");
    const wrong = sum.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    writeFileSync(sums, `${sum}  the file.txt\n${sum}  file\n`);
    await expectRefusal(folder.path, [file], 1, `Cannot check ${file}: ${sums} does not list it`);
    writeFileSync(sums, `${sum}  other\n${wrong}  the file\n`);
    const why = `it is damaged, its SHA-256 is not the one in ${sums}`;
    await expectRefusal(folder.path, [file], 1, `Cannot install ${file}: ${why}`);
    for (const mark of [" ", "*"]) {
      writeFileSync(sums, `${wrong}  other\n${sum} ${mark}the file\n`);
      const { code, stdout } = await install(folder.path, [file]);
      expect(code).toBe(0);
      expect(stdout).toContain(" (as SHA256SUMS has it)\n");
    }
  });

  test("refuses what is for another system or does not start", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "file");
    const uname = String(Bun.spawnSync(["uname", "-sm"]).stdout).trim();
    let refused = 0;
    for (const [system, head] of foreign) {
      if (system === uname) continue;
      writeFileSync(file, Buffer.from(head));
      const why = `Cannot install ${file}: it is for ${system}, this is ${uname}`;
      await expectRefusal(folder.path, [file], 1, why);
      refused++;
    }
    expect(refused).toBeGreaterThanOrEqual(foreign.length - 1);
    const head = readFileSync(binary).subarray(0, 20);
    writeFileSync(file, head);
    const why = "it does not start here, or is not timmy-latency";
    await expectRefusal(folder.path, [file], 1, `Cannot install ${file}: ${why}`);
    if (process.platform !== "linux") return;
    writeFileSync(file, Buffer.concat([head, Buffer.from("\0/lib/ld-none.so.1\0")]));
    const need = "it needs /lib/ld-none.so.1, which is not here";
    const wayOut = "take the other C library's executable (glibc or musl)";
    await expectRefusal(folder.path, [file], 1, `Cannot install ${file}: ${need}; ${wayOut}`);
  });

  const write = "write sh install.sh [--prefix DIR] FILE";
  const misuses: readonly (readonly [args: readonly string[], code: number, why: string])[] = [
    [[], 2, `Cannot install without exactly one file: ${write}`],
    [["a", "b"], 2, `Cannot install without exactly one file: ${write}`],
    [["--prefix"], 2, "Cannot use --prefix without a folder: write --prefix DIR"],
    [["--force", "a"], 2, "Unknown option --force; sh install.sh --help lists what there is"],
    [["none"], 5, "Cannot read none: it is not there, or not a file that may be read"],
    [["."], 5, "Cannot read .: it is not there, or not a file that may be read"],
    [
      ["--prefix", "/proc", binary],
      5,
      "Cannot make the folder /proc/bin; choose another with --prefix DIR",
    ],
  ];

  test.each(misuses)("%j is refused", async (args, code, why) => {
    using folder = temporaryFolder();
    await expectRefusal(folder.path, args, code, why);
  });

  test("needs a place where HOME is not set", async () => {
    const ran = await runProgram([shell, script, binary], { env: { HOME: "" } });
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("HOME is not set; write --prefix DIR");
  });

  test("says its usage", async () => {
    const { code, stdout } = await runProgram([shell, script, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toStartWith("Usage: sh install.sh [--prefix DIR] FILE\n");
  });

  describeWithTools("for a user who may not write", ["setpriv"], () => {
    // Root may write anywhere.
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const asUser = process.getuid?.() === 0 ? nobody : [];

    test("touches nothing and names the folder", async () => {
      using folder = temporaryFolder();
      chmodSync(folder.path, 0o755);
      const target = join(folder.path, "prefix", "bin");
      mkdirSync(target, { recursive: true });
      writeFileSync(join(target, "timmy-latency"), "older");
      copyFileSync(binary, join(folder.path, "file"));
      copyFileSync(script, join(folder.path, "install.sh"));
      chmodSync(target, 0o555);
      const args = ["install.sh", "--prefix", "prefix", "file"];
      const ran = await runProgram([...asUser, shell, ...args], { cwd: folder.path });
      chmodSync(target, 0o755);
      expect(ran).toEqual({
        code: 5,
        stdout: "",
        stderr: `install.sh: Cannot write in ${target}; choose another place with --prefix DIR\n`,
      });
      expect(readFileSync(join(target, "timmy-latency"), "utf8")).toBe("older");
    });
  });
}
