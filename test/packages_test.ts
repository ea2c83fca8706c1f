/** What `bun run package` is made of; the whole of it, for all systems and twice, is that task itself. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { runProgram, temporaryFolder } from "./support/binary.ts";
import { describeUnless, describeWithTools } from "./support/tools.ts";
import { buildArtefacts } from "./tasks/package/build_artefacts.ts";
import { signatureOf, withoutSignature } from "./tasks/package/mach_o.ts";
import { fetchRuntime } from "./tasks/package/runtimes.ts";
import { hashFolder, renderSums, sumsFile } from "./tasks/package/sums.ts";
import { fileOf, obstacleTo, type Target, targets } from "./tasks/package/targets.ts";
import { tryExecutable } from "./tasks/package/try_executable.ts";

describe("targets", () => {
  test("have names that stay the same", () => {
    expect(targets.map(fileOf)).toEqual([
      "timmy-latency-linux-x64",
      "timmy-latency-linux-arm64",
      "timmy-latency-linux-x64-musl",
      "timmy-latency-linux-arm64-musl",
      "timmy-latency-darwin-x64",
      "timmy-latency-darwin-arm64",
      "timmy-latency-windows-x64.exe",
    ]);
  });

  const loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-aarch64.so.1"];
  const systems: readonly [platform: string, arch: string, files: string[], started: string[]][] = [
    ["linux", "x64", loaders, ["linux-x64"]],
    ["linux", "arm64", loaders, ["linux-arm64-musl"]],
    ["linux", "x64", [], []],
    ["darwin", "arm64", [], ["darwin-arm64"]],
    ["win32", "x64", [], ["windows-x64"]],
    ["freebsd", "x64", loaders, []],
  ];

  test.each(systems)("that can be started on %s, %s", (platform, arch, files, started) => {
    const here = { platform, arch, hasFile: (path: string) => files.includes(path) };
    const startable = targets.filter((target) => obstacleTo(target, here) === null);
    expect(startable.map(({ name }) => name)).toEqual(started);
  });
});

const here = { platform: process.platform, arch: process.arch, hasFile: () => true };
const host = targets.find((target) => obstacleTo(target, here) === null);
const obstacle = host === undefined ? "no executable is built for this system" : null;

describeUnless("the artefacts of this system", obstacle, () => {
  describeWithTools("built twice", ["npm", "sha256sum"], () => {
    test("start, fit their sums and are the same", async () => {
      using folder = temporaryFolder();
      const { name } = host as Target;
      const runtimes = new Map([[name, process.execPath]]);
      const output = join(folder.path, "packages");
      expect(await buildArtefacts(output, runtimes)).toEqual({});
      const first = await hashFolder(output);
      expect([...first.keys()]).toEqual([
        "install.sh",
        `timmy-latency-${packageJson.version}.tgz`,
        fileOf(host as Target),
      ]);
      expect(await buildArtefacts(output, runtimes)).toEqual({});
      const second = await hashFolder(output);
      expect([...second]).toEqual([...first]);
      const executable = join(output, fileOf(host as Target));
      expect(tryExecutable([executable], packageJson.version)).toBeNull();
      expect(tryExecutable([executable], "0.0.0")).toBe("it does not say its version");
      writeFileSync(join(output, sumsFile), renderSums(second));
      const checked = await runProgram(["sha256sum", "-c", sumsFile], { cwd: output });
      expect(checked).toMatchObject({ code: 0, stderr: "" });
      expect(checked.stdout.match(/: OK$/gm)?.length).toBe(3);
    });
  });
});

test("fetchRuntime() says why a runtime is not to be had", () => {
  using folder = temporaryFolder();
  const root = join(folder.path, "root");
  mkdirSync(root);
  writeFileSync(join(root, "package.json"), `{ "devDependencies": { "bun": "file:./none" } }`);
  writeFileSync(join(root, "bun.lock"), "");
  const runtime = fetchRuntime(root, targets[0] as Target, join(folder.path, "runtimes"));
  expect(runtime).toEqual({ failure: expect.stringMatching(/^bun install: .{5}/) });
});

test("`bun run package` refuses a target that there is not", async () => {
  const task = join(import.meta.dir, "tasks", "package.ts");
  const refused = await runProgram([process.execPath, task, "linux-x64", "amiga"]);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toStartWith("Cannot build for amiga: it is one of linux-x64, ");
});

describe("signatures of macOS executables", () => {
  const content = 4096 + 100;

  /** A Mach-O file of two segments' commands at most, one and a bit pages, and hashes of both. */
  function signedFile(limit = content): Buffer {
    const file = Buffer.alloc(content + 128);
    file.writeUInt32LE(0xfeedfacf, 0);
    file.writeUInt32LE(2, 16);
    file.writeUInt32LE(72 + 16, 20);
    file.writeUInt32LE(0x19, 32);
    file.writeUInt32LE(72, 36);
    file.write("__LINKEDIT", 40);
    file.writeBigUInt64LE(4096n, 32 + 40);
    file.writeBigUInt64LE(BigInt(100 + 128), 32 + 48);
    file.writeUInt32LE(0x1d, 104);
    file.writeUInt32LE(16, 108);
    file.writeUInt32LE(content, 112);
    file.writeUInt32LE(128, 116);
    file.fill("content", 200, content);
    const blob = file.subarray(content);
    const directory = blob.subarray(20);
    blob.writeUInt32BE(0xfade0cc0, 0);
    blob.writeUInt32BE(128, 4);
    blob.writeUInt32BE(1, 8);
    blob.writeUInt32BE(20, 16);
    directory.writeUInt32BE(0xfade0c02, 0);
    directory.writeUInt32BE(44, 16);
    directory.writeUInt32BE(2, 28);
    directory.writeUInt32BE(limit, 32);
    directory.writeUInt8(32, 36);
    directory.writeUInt8(12, 39);
    const pages = [file.subarray(0, 4096), file.subarray(4096, limit)];
    for (const [page, bytes] of pages.entries()) {
      createHash("sha256")
        .update(bytes)
        .digest()
        .copy(directory, 44 + page * 32);
    }
    return file;
  }

  test("signatureOf() finds a whole one, and one flipped bit on any page", () => {
    expect(signatureOf(signedFile())).toBe("whole");
    for (const at of [200, 4095, 4096, content - 1]) {
      const file = signedFile();
      file[at] = (file[at] ?? 0) ^ 1;
      expect(signatureOf(file)).toBe("broken");
    }
  });

  test("signatureOf() finds one that leaves the end of the file out", () => {
    expect(signatureOf(signedFile(content - 1))).toBe("broken");
  });

  test("withoutSignature() takes the command, the hashes and their share of the segment", () => {
    const bare = withoutSignature(signedFile());
    expect(signatureOf(bare)).toBe("none");
    expect(bare.length).toBe(content);
    expect([bare.readUInt32LE(16), bare.readUInt32LE(20)]).toEqual([1, 72]);
    expect(bare.readBigUInt64LE(32 + 48)).toBe(100n);
    expect(bare.subarray(200)).toEqual(signedFile().subarray(200, content));
  });

  test("withoutSignature() refuses what stands otherwise", () => {
    const longer = Buffer.concat([signedFile(), Buffer.alloc(1)]);
    expect(() => withoutSignature(longer)).toThrow("not the end of this file");
    const unsigned = withoutSignature(signedFile());
    expect(() => withoutSignature(unsigned)).toThrow("not the last command");
    expect(() => signatureOf(readFileSync(import.meta.path))).toThrow("no 64-bit Mach-O");
  });
});
