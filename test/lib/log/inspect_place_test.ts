import { describe, expect, test } from "bun:test";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inspectPlace } from "../../../lib/log/inspect_place.ts";
import { loadSystemCalls } from "../../../lib/log/system_calls.ts";
import { temporaryFolder } from "../../support/binary.ts";

const userId = process.geteuid?.() ?? null;

async function inspect(path: string, user = userId) {
  return inspectPlace({ path, rule: "TIMMY_LATENCY_LOG" }, user, await loadSystemCalls());
}

describe("inspectPlace()", () => {
  test("describes a log that is in order", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFileSync(log, "12345\n", { mode: 0o640 });
    const place = await inspect(log);
    expect(place).toMatchObject({
      log,
      rule: "TIMMY_LATENCY_LOG",
      kind: "file",
      isLink: false,
      bytes: 6,
      mode: 0o640,
      owner: userId,
      links: 1,
      readRefusal: null,
      writeRefusal: null,
      rotateRefusal: null,
      archives: { count: 0, bytes: 0, unfinished: [], leftovers: 0 },
    });
    expect(place.freeBytes).toBeGreaterThan(0);
    expect(readdirSync(folder.path)).toEqual(["latency.log"]);
  });

  test("describes a log that is absent, in a folder that is absent", async () => {
    using folder = temporaryFolder();
    const place = await inspect(join(folder.path, "a", "b", "latency.log"));
    expect(place).toMatchObject({ kind: null, bytes: null, mode: null, readRefusal: null });
    expect(place).toMatchObject({ writeRefusal: null, rotateRefusal: null, lease: "untried" });
    expect(place.freeBytes).toBeGreaterThan(0);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("says in rotate's own words what rotate would refuse", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFileSync(log, "");
    linkSync(log, join(folder.path, "other"));
    const linked = await inspect(log);
    expect(linked.rotateRefusal).toContain("it has another hard link");
    expect(linked.links).toBe(2);
    const soft = join(folder.path, "soft.log");
    symlinkSync(log, soft);
    const place = await inspect(soft);
    expect(place).toMatchObject({ kind: "file", isLink: true, readRefusal: null });
    expect(place.rotateRefusal).toContain("it is a symbolic link");
    const foreign = await inspect(log, (userId ?? 0) + 1);
    expect(foreign.rotateRefusal).not.toBeNull();
  });

  test("does not count a name that a rotation gave the log as a hard link", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFileSync(log, "x\n");
    linkSync(log, join(folder.path, "latency-20251127T143005Z-0001.log.raw"));
    expect((await inspect(log)).rotateRefusal).toBeNull();
  });

  test("tells archives, raw ones and leftovers apart, and leaves out those of other logs", async () => {
    using folder = temporaryFolder();
    const make = (name: string, bytes: number) => {
      writeFileSync(join(folder.path, name), "");
      truncateSync(join(folder.path, name), bytes);
    };
    make("latency.log", 0);
    make("latency-20251127T143005Z-0001.log.gz", 10);
    make("latency-20251127T143005Z-0002.log.zst", 20);
    make("latency-20251127T143005Z-0003.log.raw", 300);
    // The packed form of a raw archive counts for nothing while that exists.
    make("latency-20251127T143005Z-0003.log.gz", 30);
    make("latency-20251127T143005Z-0004.log.gz.tmp", 40);
    make("latency-20251127T143005Z-0005.log.new", 0);
    make("latency-20251127T143005Z-0006.log.raw", 0);
    make("other-20251127T143005Z-0001.log.gz", 1000);
    const { archives } = await inspect(join(folder.path, "latency.log"));
    expect(archives).toMatchObject({ count: 2, bytes: 30, leftovers: 4 });
    expect(archives?.unfinished.map(({ file, bytes }) => [file, bytes])).toEqual([
      [join(folder.path, "latency-20251127T143005Z-0003.log.raw"), 300],
    ]);
  });

  test("finds folders and dangling links where a log should be", async () => {
    using folder = temporaryFolder();
    const inner = join(folder.path, "inner.log");
    mkdirSync(inner);
    expect(await inspect(inner)).toMatchObject({
      kind: "folder",
      readRefusal: "it is no regular file",
      writeRefusal: "it is a directory",
    });
    const dangling = join(folder.path, "dangling.log");
    symlinkSync("nowhere", dangling);
    expect(await inspect(dangling)).toMatchObject({
      kind: null,
      isLink: true,
      readRefusal: "no such file or directory",
    });
  });
});
