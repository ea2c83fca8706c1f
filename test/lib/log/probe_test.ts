import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identifyFileSystem } from "../../../lib/log/file_system.ts";
import { withLock } from "../../../lib/log/lock.ts";
import { findLock, probeAppend, probeLease, probeLock, probeRead } from "../../../lib/log/probe.ts";
import { loadSystemCalls, type SystemCalls } from "../../../lib/log/system_calls.ts";
import { temporaryFolder } from "../../support/binary.ts";

const isRoot = process.getuid?.() === 0;
const hasLeases = process.platform === "linux";

describe("probeAppend()", () => {
  test("finds a log writable and leaves it as it was", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "x.log");
    writeFileSync(path, "line\n");
    const before = statSync(path);
    expect(probeAppend(path)).toBeNull();
    expect(statSync(path)).toMatchObject({ size: 5, mtimeMs: before.mtimeMs, ino: before.ino });
  });

  test("never makes a log that is absent, nor its folder", () => {
    using folder = temporaryFolder();
    expect(probeAppend(join(folder.path, "new", "deep", "x.log"))).toBeNull();
    expect(probeAppend(join(folder.path, "x.log"))).toBeNull();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("says why not", () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "file"), "");
    expect(probeAppend(folder.path)).toBe("it is a directory");
    expect(probeAppend(join(folder.path, "file", "x.log"))).toBe(
      "a part of the path is not a directory",
    );
    if (isRoot) return;
    const locked = join(folder.path, "locked");
    mkdirSync(locked, { mode: 0o500 });
    expect(probeAppend(join(locked, "a", "x.log"))).toBe(`the folder ${locked}: permission denied`);
    chmodSync(join(folder.path, "file"), 0o400);
    expect(probeAppend(join(folder.path, "file"))).toBe("permission denied");
  });
});

test("probeRead() opens what is there, and says why not", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "x.log");
  expect(probeRead(path)).toBe("no such file or directory");
  writeFileSync(path, "");
  expect(probeRead(path)).toBeNull();
});

describe("probeLease()", () => {
  /** Real calls but for the one that takes a lease. */
  const withAnswer = async (answer: string | null): Promise<SystemCalls> => ({
    ...(await loadSystemCalls()),
    takeLease: () => answer,
  });

  test("leaves nothing behind, whatever the answer", async () => {
    using folder = temporaryFolder();
    if (hasLeases) {
      expect(await probeLease(await withAnswer(null), folder.path)).toBe("available");
      expect(await probeLease(await withAnswer("EACCES"), folder.path)).toBe("refused");
      expect(await probeLease(await withAnswer("EAGAIN"), folder.path)).toBe("refused");
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("gets one from the real system on a local disk", async () => {
    using folder = temporaryFolder();
    const { reach } = identifyFileSystem(folder.path);
    const wanted = reach === "local" && hasLeases ? "available" : "incomplete";
    expect(await probeLease(await loadSystemCalls(), folder.path)).toBe(wanted);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("tries nothing in a folder that is absent", async () => {
    using folder = temporaryFolder();
    const absent = join(folder.path, "absent");
    expect(await probeLease(await withAnswer(null), absent)).toBe("untried");
    expect(existsSync(absent)).toBe(false);
  });
});

describe("probeLock()", () => {
  test("is free without a lock file, and makes none", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "x.log");
    expect(probeLock(path, "0:1")).toEqual({ state: "free", holder: null });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("sees a lock that is held, by whom, and that it is free again", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "x.log");
    const { device } = identifyFileSystem(folder.path);
    await withLock(path, () => {
      const wanted = device === null ? "unknown" : "held";
      expect(probeLock(path, device).state).toBe(wanted);
    });
    expect(probeLock(path, device).state).toBe(device === null ? "unknown" : "free");
  });
});

describe("findLock()", () => {
  const text = [
    "1: LEASE  ACTIVE    READ 4051 fe:01:77 0 EOF",
    "2: POSIX  ADVISORY  WRITE 4052 fe:01:78 0 EOF",
    "3: FLOCK  ADVISORY  WRITE 4053 fe:01:79 0 EOF",
    "3: -> FLOCK  ADVISORY  WRITE 4054 fe:01:80 0 EOF",
    "4: FLOCK  ADVISORY  WRITE 0 08:20:81 0 EOF",
    "",
  ].join("\n");

  test("finds the holder by device and inode", () => {
    expect(findLock(text, "254:1", 79)).toEqual({ state: "held", holder: 4053 });
    expect(findLock(text, "8:32", 81)).toEqual({ state: "held", holder: null });
  });

  test("is not misled by other locks, other devices and those who wait", () => {
    const free = { state: "free", holder: null } as const;
    for (const inode of [77, 78, 80, 7, 790]) expect(findLock(text, "254:1", inode)).toEqual(free);
    expect(findLock(text, "254:2", 79)).toEqual(free);
    expect(findLock("", "254:1", 79)).toEqual(free);
  });

  test("cannot tell without the device", () => {
    expect(findLock(text, null, 79)).toEqual({ state: "unknown", holder: null });
  });
});
