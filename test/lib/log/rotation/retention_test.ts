import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { findExpired, parseAncestorName } from "../../../../lib/log/rotation/retention.ts";
import { previewRotation, rotateLog } from "../../../../lib/log/rotation/rotate.ts";
import type { RotationSettings } from "../../../../lib/log/rotation/rotation_settings.ts";
import { temporaryFolder } from "../../../support/binary.ts";
import {
  logsIn,
  realSystem,
  sampleLines,
  settingsFor,
  testSeconds,
  writeFiles,
} from "../../../support/rotation.ts";

const day = 86_400;

/** Four archives, made on four days, the last at `testSeconds`. */
async function makeArchives(folder: string): Promise<string[]> {
  const log = join(folder, "latency.log");
  for (let age = 3; age >= 0; age--) {
    appendFileSync(log, sampleLines(5, (3 - age) * 5));
    await rotateLog(settingsFor(log, { nowSeconds: testSeconds - age * day }));
  }
  return logsIn(folder).filter((name) => name !== "latency.log");
}

async function deletedBy(
  folder: string,
  changes: Partial<RotationSettings>,
): Promise<readonly string[]> {
  const settings = settingsFor(join(folder, "latency.log"), changes);
  const planned = await previewRotation(settings);
  const { report, failure } = await rotateLog(settings);
  expect(failure).toBeNull();
  const pick = ({ actions }: typeof report) =>
    actions.flatMap(({ step, file }) => (step === "delete" ? [file.slice(folder.length + 1)] : []));
  expect(pick(report)).toEqual(pick(planned));
  return pick(report);
}

describe("retention", () => {
  const rules: [keep: number | null, keepForDays: number | null, deleted: number][] = [
    [4, null, 0],
    [3, null, 1],
    [1, null, 3],
    [null, 4, 0],
    [null, 3, 0],
    [null, 2.5, 1],
    [null, 0.5, 3],
    [2, 2.5, 2],
    [3, 0.5, 3],
  ];
  test.each(rules)("keep %p, keep for %p days deletes %p of four", async (keep, days, deleted) => {
    using folder = temporaryFolder();
    const archives = await makeArchives(folder.path);
    expect(archives).toHaveLength(4);
    const retention = { keep, keepForSeconds: days === null ? null : days * day };
    expect(await deletedBy(folder.path, { retention })).toEqual(archives.slice(0, deleted));
    expect(logsIn(folder.path)).toEqual([...archives.slice(deleted), "latency.log"]);
  });
  test("covers its table", () => expect(rules).toHaveLength(9));

  test("counts the archive that the same run makes", async () => {
    using folder = temporaryFolder();
    const archives = await makeArchives(folder.path);
    appendFileSync(join(folder.path, "latency.log"), sampleLines(5, 20));
    const retention = { keep: 4, keepForSeconds: null };
    expect(await deletedBy(folder.path, { retention })).toEqual(archives.slice(0, 1));
    expect(logsIn(folder.path)).toHaveLength(5);
  });

  test("keeps everything when the clock has gone back ten years", async () => {
    using folder = temporaryFolder();
    await makeArchives(folder.path);
    const retention = { keep: null, keepForSeconds: day };
    const nowSeconds = testSeconds - 3650 * day;
    expect(await deletedBy(folder.path, { retention, nowSeconds })).toEqual([]);
  });

  test("deletes only what was agreed to", async () => {
    using folder = temporaryFolder();
    const archives = await makeArchives(folder.path);
    const agreed = archives.slice(1, 2).map((name) => join(folder.path, name));
    const settings = settingsFor(join(folder.path, "latency.log"), {
      retention: { keep: 1, keepForSeconds: null },
      agreedDeletions: new Set(agreed),
    });
    await rotateLog(settings);
    expect(logsIn(folder.path)).toHaveLength(4);
    expect(logsIn(folder.path)).not.toContain(archives[1] ?? "");
  });

  test("takes deleted archives out of the manifest", async () => {
    using folder = temporaryFolder();
    await makeArchives(folder.path);
    await deletedBy(folder.path, { retention: { keep: 1, keepForSeconds: null } });
    const manifest = join(folder.path, "latency.manifest.ndjson");
    expect((await Bun.file(manifest).text()).trim().split("\n")).toHaveLength(1);
  });

  test("finds archives again when the manifest is lost or damaged", async () => {
    using folder = temporaryFolder();
    const archives = await makeArchives(folder.path);
    writeFileSync(join(folder.path, "latency.manifest.ndjson"), 'garbage\n{"schema":1}\n[]\nnull');
    const retention = { keep: 1, keepForSeconds: null };
    expect(await deletedBy(folder.path, { retention })).toEqual(archives.slice(0, 3));
  });
});

describe("retention leaves alone", () => {
  const lines = sampleLines(5);
  const packed = gzipSync(lines);
  const stamp = "20250101T000000Z-0001";
  const strangers: [title: string, name: string, content: string | Uint8Array][] = [
    ["an archive of another log", `other-${stamp}.log.gz`, packed],
    ["a log whose name begins alike", `latency-v2-${stamp}.log.gz`, packed],
    ["another extension", `latency-${stamp}.jsonl.gz`, packed],
    ["a copy with a tilde", `latency-${stamp}.log.gz~`, packed],
    ["a copy with a suffix", `latency-${stamp}.log.gz.bak`, packed],
    ["a short sequence number", "latency-20250101T000000Z-1.log.gz", packed],
    ["an impossible date", "latency-20259901T000000Z-0001.log.gz", packed],
    ["a date without a sequence number", "latency-20250101T000000Z.log.gz", packed],
    ["a name with a space", `latency-${stamp}.log .gz`, packed],
    ["a name with a leading space", ` latency-${stamp}.log.gz`, packed],
    ["a name with a newline", `latency-${stamp}.log\n.gz`, packed],
    ["a name with a glob", `latency-*.log.gz`, packed],
    ["a name with a leading dash", `-latency-${stamp}.log.gz`, packed],
    ["the Python tracker's archive", "latency_archive_20250101.log", lines],
    ["the right name over what is no log", `latency-${stamp}.log.gz`, gzipSync("a picture")],
    ["the right name over what is damaged", `latency-${stamp}.log.gz`, packed.subarray(0, 60)],
    ["the right name over nothing", `latency-${stamp}.log`, ""],
    ["an unfinished archive", `latency-${stamp}.log.gz.tmp`, packed],
  ];
  test.each(strangers)("%s", async (_title, name, content) => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "latency.log": "", [name]: content });
    const before = readdirSync(folder.path).sort();
    const retention = { keep: 1, keepForSeconds: 1 };
    writeFiles(folder.path, { "latency-20250102T000000Z-0001.log.gz": packed });
    expect(await deletedBy(folder.path, { retention })).toEqual([
      "latency-20250102T000000Z-0001.log.gz",
    ]);
    const helpers = /\.lock$|manifest\.ndjson$/;
    expect(
      readdirSync(folder.path)
        .filter((file) => !helpers.test(file))
        .sort(),
    ).toEqual(before);
  });
  test("covers its table", () => expect(strangers).toHaveLength(18));

  test("links, folders and other people's files of the right name", async () => {
    using folder = temporaryFolder();
    const path = (name: string) => join(folder.path, name);
    writeFiles(folder.path, { "latency.log": "", target: packed });
    symlinkSync(path("target"), path("latency-20250101T000000Z-0001.log.gz"));
    symlinkSync(path("target"), path("latency-20250101T000000Z-0002.log.raw"));
    mkdirSync(path("latency-20250101T000000Z-0003.log.gz"));
    if (process.geteuid?.() === 0) {
      writeFiles(folder.path, { "latency-20250101T000000Z-0004.log.gz": packed });
      chownSync(path("latency-20250101T000000Z-0004.log.gz"), 12_345, 12_345);
    }
    const before = readdirSync(folder.path).length;
    const rule = { retention: { keep: null, keepForSeconds: 1 } };
    const { actions } = await previewRotation(settingsFor(path("latency.log"), rule));
    expect(actions.slice(0, 3).map(({ step, reason }) => [step, reason])).toEqual([
      ["leave", "it is a symbolic link"],
      ["leave", "it is a symbolic link"],
      ["leave", "it is no regular file"],
    ]);
    expect(await deletedBy(folder.path, { retention: { keep: null, keepForSeconds: 1 } })).toEqual(
      [],
    );
    expect(readdirSync(folder.path).filter((name) => !/\.lock$/.test(name))).toHaveLength(before);
  });

  test("a listed archive in whose place another file has come", async () => {
    using folder = temporaryFolder();
    const [name = ""] = await makeArchives(folder.path);
    writeFiles(folder.path, { [name]: "a letter" });
    const rule = { retention: { keep: 1, keepForSeconds: null } };
    expect(await deletedBy(folder.path, rule)).not.toContain(name);
    expect(logsIn(folder.path)).toEqual([name, expect.any(String), "latency.log"]);
  });

  test("the last archive when the one that was to replace it could not be made", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": lines });
    await rotateLog(settingsFor(log));
    writeFiles(folder.path, { "latency.log": lines });
    const before = logsIn(folder.path);
    const system = { ...realSystem, exchange: () => "EXDEV" };
    const rule = { retention: { keep: 1, keepForSeconds: null }, system };
    const planned = await previewRotation(settingsFor(log, rule));
    expect(planned.actions.map(({ step }) => step)).toEqual(["rotate", "delete"]);
    const { report, failure } = await rotateLog(settingsFor(log, rule));
    expect(failure).not.toBeNull();
    expect(report.actions).toEqual([]);
    expect(logsIn(folder.path)).toEqual(before);
  });

  test("an archive that the manifest lists for another log", async () => {
    using folder = temporaryFolder();
    const name = `latency-${stamp}.log.gz`;
    const entry = { archive: name, log: "latency", events: 5, problems: 0, first: 1, last: 2 };
    const sizes = { bytes: lines.length, size: packed.length, sha256: "x", schema: 1 };
    writeFiles(folder.path, {
      "latency.log": "",
      [name]: packed,
      "latency.manifest.ndjson": `${JSON.stringify({ ...entry, ...sizes })}\n`,
    });
    expect(await deletedBy(folder.path, { retention: { keep: null, keepForSeconds: 1 } })).toEqual(
      [],
    );
  });
});

describe("--adopt", () => {
  test("counts the Python tracker's archives of this log, by their day", async () => {
    using folder = temporaryFolder();
    const archives = await makeArchives(folder.path);
    writeFiles(folder.path, {
      "latency_archive_20251120.log": sampleLines(5),
      "latency_archive_20251125.log": sampleLines(5),
      "latency_archive_20251121.log": "no event in it\n",
      "other_archive_20251120.log": sampleLines(5),
    });
    const retention = { keep: 3, keepForSeconds: null };
    expect(await deletedBy(folder.path, { retention, adopt: true })).toEqual([
      "latency_archive_20251120.log",
      archives[0] ?? "",
      archives[1] ?? "",
    ]);
    expect(logsIn(folder.path)).toContain("latency_archive_20251125.log");
    expect(logsIn(folder.path)).toContain("latency_archive_20251121.log");
    expect(logsIn(folder.path)).toContain("other_archive_20251120.log");
  });

  test("parseAncestorName() knows them from everything else", () => {
    expect(parseAncestorName("latency_archive_20251127.log", "/x/latency.log")).toBe(
      "20251127T235959Z",
    );
    const others = [
      "latency_archive_2025112.log",
      "latency_archive_20251327.log",
      "latency_archive_20251127.log.gz",
      "my_latency_archive_20251127.log",
      "latency_archive_20251127.jsonl",
    ];
    expect(others.map((name) => parseAncestorName(name, "/x/latency.log"))).toEqual(
      others.map(() => null),
    );
  });
});

test("findExpired() names the rule that deletes", () => {
  const items = [
    { path: "a", stamp: "20251120T000000Z" },
    { path: "b", stamp: "20251126T000000Z" },
    { path: "c", stamp: "20251127T000000Z" },
  ];
  const rule = { keep: 2, keepForSeconds: day };
  expect(findExpired(items, rule, testSeconds)).toEqual([
    { path: "a", reason: "beyond the newest 2" },
    { path: "b", reason: "rotated over 1d ago" },
  ]);
});
