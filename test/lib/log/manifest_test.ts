import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ArchiveEntry,
  encodeManifest,
  readManifest,
  writeManifest,
} from "../../../lib/log/manifest.ts";
import { temporaryFolder } from "../../support/binary.ts";

const like = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, mode: 0o640 };
const entry: ArchiveEntry = {
  archive: "latency-20251127T143005Z-0001.log.gz",
  log: "latency.log",
  events: 2,
  problems: 1,
  first: 1764253805.25,
  last: 1764253806,
  bytes: 300,
  size: 100,
  sha256: "ab",
};
const pending = {
  pending: "latency-20251127T143005Z-0002.log.raw",
  log: "latency.log",
  bytes: 5,
  seen: 7,
};

function manifestOf(...entries: ArchiveEntry[]) {
  return {
    archives: new Map(entries.map((one) => [one.archive, one])),
    pending: new Map([[pending.pending, pending]]),
  };
}

describe("a manifest", () => {
  test("reads back as it was written, with the mode it was given", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.manifest.ndjson");
    const second = {
      ...entry,
      archive: "latency-20251126T143005Z-0001.log",
      first: null,
      last: null,
    };
    writeManifest(path, manifestOf(entry, second), like);
    const read = readManifest(path);
    expect([...read.archives.keys()]).toEqual([second.archive, entry.archive]);
    expect(read.archives.get(entry.archive)).toMatchObject(entry);
    expect(read.pending.get(pending.pending)).toMatchObject(pending);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    const { ino } = statSync(path);
    writeManifest(path, read, like);
    expect(statSync(path).ino).toBe(ino);
  });

  test("passes over every line that is no entry", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "m");
    const good = JSON.stringify({ schema: 1, ...entry });
    const bad: object[] = [
      { ...entry },
      { schema: 2, ...entry },
      { schema: 1, ...entry, size: -1 },
      { schema: 1, ...entry, size: "100" },
      { schema: 1, ...entry, bytes: 1.5 },
      { schema: 1, ...entry, first: "yesterday" },
      { schema: 1, ...entry, archive: 7 },
      { schema: 1, ...entry, log: null },
      { schema: 1, pending: "x", log: "y", bytes: 1 },
      [entry],
    ];
    expect(bad).toHaveLength(10);
    const texts = ["", "not json", "null", "{", ...bad.map((value) => JSON.stringify(value))];
    writeFileSync(path, `${texts.join("\n")}\n${good}\n${good.slice(0, 40)}`);
    const read = readManifest(path);
    expect([read.archives.size, read.pending.size]).toEqual([1, 0]);
  });

  test("that is absent is empty; one that is a link is refused and not followed", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "m");
    expect(readManifest(path).archives.size).toBe(0);
    writeFileSync(join(folder.path, "target"), "precious");
    symlinkSync(join(folder.path, "target"), path);
    expect(() => readManifest(path)).toThrow("Cannot read the manifest");
    expect(() => writeManifest(path, manifestOf(entry), like)).toThrow("Cannot read the manifest");
    expect(readFileSync(join(folder.path, "target"), "utf8")).toBe("precious");
  });

  test("is one line an archive, sorted by name", () => {
    const lines = encodeManifest(manifestOf(entry)).trimEnd().split("\n");
    expect(lines.map((line) => Object.keys(JSON.parse(line))[0])).toEqual(["archive", "pending"]);
  });
});
