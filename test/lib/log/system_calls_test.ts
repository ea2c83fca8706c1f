import { describe, expect, test } from "bun:test";
import {
  closeSync,
  constants,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { leasesAreComplete, takeLease } from "../../../lib/log/lease.ts";
import { binary, temporaryFolder } from "../../support/binary.ts";
import { realSystem, sampleLines, writeFiles } from "../../support/rotation.ts";
import { describeWithTools } from "../../support/tools.ts";

describe("the system calls", () => {
  test("exchange() swaps two files", () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { a: "A", b: "B" });
    const [a, b] = [join(folder.path, "a"), join(folder.path, "b")];
    expect(realSystem.exchange(a, b)).toBeNull();
    expect([readFileSync(a, "utf8"), readFileSync(b, "utf8")]).toEqual(["B", "A"]);
  });

  test("moveWithoutReplacing() refuses a name that is taken", () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { a: "A", b: "B" });
    const [a, b] = [join(folder.path, "a"), join(folder.path, "b")];
    expect(realSystem.moveWithoutReplacing(a, b)).toBe("EEXIST");
    expect(readFileSync(b, "utf8")).toBe("B");
    expect(realSystem.moveWithoutReplacing(a, `${a}ä 'x`)).toBeNull();
    expect(readFileSync(`${a}ä 'x`, "utf8")).toBe("A");
  });

  test("giveName() makes a file appear that had no name, and refuses one that is taken", () => {
    using folder = temporaryFolder();
    const { O_WRONLY, O_DIRECTORY } = constants;
    const descriptor = openSync(folder.path, O_WRONLY | O_DIRECTORY | 0o20000000, 0o640);
    writeSync(descriptor, "whole");
    expect(readdirSync(folder.path)).toEqual([]);
    const path = join(folder.path, "ä 'x");
    expect(realSystem.giveName(descriptor, path)).toBeNull();
    expect(realSystem.giveName(descriptor, path)).toBe("EEXIST");
    closeSync(descriptor);
    expect(readFileSync(path, "utf8")).toBe("whole");
  });

  test("give the reason of each refusal, a hundred thousand times over", () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { a: "A", b: "B" });
    const path = (name: string) => join(folder.path, name);
    const answers = new Map<string, number>();
    for (let round = 0; round < 100_000; round++) {
      const answer = [
        () => realSystem.moveWithoutReplacing(path("a"), path("b")),
        () => realSystem.exchange(path("a"), path("no")),
        () => realSystem.takeLease(9_999),
      ][round % 3]?.();
      answers.set(String(answer), (answers.get(String(answer)) ?? 0) + 1);
    }
    expect(Object.fromEntries(answers)).toEqual({ EEXIST: 33_334, ENOENT: 33_333, EBADF: 33_333 });
  });

  test("lock() excludes another holder until the file is closed", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "lock");
    const [one, two] = [openSync(path, "w"), openSync(path, "w")];
    expect(realSystem.lock(one)).toBeNull();
    expect(realSystem.lock(two)).toBe("EAGAIN");
    closeSync(one);
    expect(realSystem.lock(two)).toBeNull();
    closeSync(two);
  });
});

describe("a lease", () => {
  test("is granted when nobody has the file open for writing, and ends when somebody wants to", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "file");
    writeFiles(folder.path, { file: "x" });
    expect(leasesAreComplete(folder.path)).toBe(true);
    const reader = openSync(path, "r");
    const writer = openSync(path, "a");
    expect(await takeLease(realSystem, reader, 5)).toBe("writers");
    closeSync(writer);
    expect(await takeLease(realSystem, reader, 5)).toBe("granted");
    expect(realSystem.holdsLease(reader)).toBe(true);
    const waiting = Bun.spawn(["bash", "-c", 'echo y >> "$0"', path]);
    const endMs = performance.now() + 5_000;
    while (realSystem.holdsLease(reader) && performance.now() < endMs) await Bun.sleep(2);
    expect(realSystem.holdsLease(reader)).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("x");
    realSystem.releaseLease(reader);
    expect(await waiting.exited).toBe(0);
    expect(readFileSync(path, "utf8")).toBe("xy\n");
    closeSync(reader);
  });

  test("is not trusted on a file system that others may write to unseen", () => {
    expect(leasesAreComplete("/proc")).toBe(false);
    expect(leasesAreComplete("/no/such/folder")).toBe(false);
  });
});

describeWithTools("a C library planted in the current folder", ["gcc"], () => {
  test("is not loaded by rotate or clear", async () => {
    using folder = temporaryFolder();
    const source = `#include <stdio.h>
__attribute__((constructor)) static void planted(void) { fclose(fopen("/proc/self/cwd/ran", "w")); }`;
    writeFiles(folder.path, { "planted.c": source, "latency.log": sampleLines(3) });
    const options = { cwd: folder.path, stdout: "ignore", stderr: "pipe" } as const;
    const compiled = Bun.spawnSync(["gcc", "-shared", "-fPIC", "-o", "p.so", "planted.c"], options);
    expect(compiled.stderr.toString()).toBe("");
    const names = [
      "libc.so.6",
      "libc.so",
      "libc.musl-x86_64.so.1",
      "libc.musl-aarch64.so.1",
      "c.so",
    ];
    for (const name of names) copyFileSync(join(folder.path, "p.so"), join(folder.path, name));
    for (const args of [["rotate"], ["clear", "--yes"]]) {
      writeFiles(folder.path, { "latency.log": sampleLines(3) });
      const ran = Bun.spawnSync([binary, ...args, "--log", "latency.log"], options);
      expect([ran.exitCode, ran.stderr.toString()]).toEqual([0, ""]);
    }
    expect(await Bun.file(join(folder.path, "ran")).exists()).toBe(false);
  });
});
