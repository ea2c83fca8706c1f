import { describe, expect, test } from "bun:test";
import {
  archiveNaming,
  belongsTo,
  manifestName,
  nextArchiveBase,
  parseArchiveName,
} from "../../../lib/log/archive_name.ts";
import { testSeconds } from "../../support/rotation.ts";

const log = "/var/log/latency.log";

function names(...files: string[]) {
  return files.flatMap((file) => parseArchiveName(file) ?? []);
}

describe("nextArchiveBase()", () => {
  const table: [title: string, existing: string[], nowSeconds: number, expected: string][] = [
    ["begins at one", [], testSeconds, "latency-20251127T143005Z-0001.log"],
    [
      "ignores older seconds",
      ["latency-20251127T143004Z-0007.log.gz"],
      testSeconds,
      "latency-20251127T143005Z-0001.log",
    ],
    [
      "grows within the second, whatever form holds the number",
      ["latency-20251127T143005Z-0001.log.gz", "latency-20251127T143005Z-0002.log.raw"],
      testSeconds,
      "latency-20251127T143005Z-0003.log",
    ],
    [
      "stays behind the newest when the clock has gone back",
      ["latency-20251127T143005Z-0001.log.gz", "latency-20251127T120000Z-0001.log.gz"],
      testSeconds - 86_400,
      "latency-20251127T143005Z-0002.log",
    ],
    [
      "goes to the next second when the numbers are used up",
      ["latency-20251127T143005Z-9999.log"],
      testSeconds,
      "latency-20251127T143006Z-0001.log",
    ],
  ];
  test.each(table)("%s", (_title, existing, nowSeconds, expected) => {
    const found = names(...existing);
    expect(found).toHaveLength(existing.length);
    const base = nextArchiveBase(log, found, nowSeconds);
    expect(base).toBe(expected);
    for (const file of existing) expect(base > file).toBe(true);
  });
  test("covers its table", () => expect(table).toHaveLength(5));
});

describe("parseArchiveName()", () => {
  test("tells the parts of a name apart", () => {
    expect(parseArchiveName("my voice-20251127T143005Z-0012.jsonl.zst.tmp")).toEqual({
      stem: "my voice",
      extension: ".jsonl",
      base: "my voice-20251127T143005Z-0012.jsonl",
      stamp: "20251127T143005Z",
      sequence: 12,
      packing: "zstd",
      role: "temporary",
    });
  });
  const roles = [
    ["latency-20251127T143005Z-0001.log", "archive"],
    ["latency-20251127T143005Z-0001.log.gz", "archive"],
    ["latency-20251127T143005Z-0001.log.zst", "archive"],
    ["latency-20251127T143005Z-0001.log.raw", "raw"],
    ["latency-20251127T143005Z-0001.log.new", "fresh"],
    ["latency-20251127T143005Z-0001.log.gz.tmp", "temporary"],
    ["a\nb-20251127T143005Z-0001.log.gz", "archive"],
  ] as const;
  test.each(roles)("%p is %s", (name, role) => {
    expect(parseArchiveName(name)?.role).toBe(role);
  });
  const strangers = [
    "latency.log",
    "latency-20251127T143005Z.log.gz",
    "latency-20251127T143005Z-1.log.gz",
    "latency-20251127T143005Z-00001.log.gz",
    "latency-20251327T143005Z-0001.log.gz",
    "latency-20251127T143005Z-0001.log.bz2",
    "latency-20251127T143005Z-0001.log.gz.raw",
    "latency-20251127T143005Z-0001.log.gz~",
    " latency-20251127T143005Z-0001.log.gz\n",
    "latency_archive_20251127.log",
    "-20251127T143005Z-0001.log",
  ];
  test.each(strangers)("%p is none", (name) => expect(parseArchiveName(name)).toBeNull());
  test("covers its tables", () => expect([roles.length, strangers.length]).toEqual([7, 11]));
});

test("belongsTo() wants exactly the log's own stem and extension", () => {
  const [name] = names("latency-20251127T143005Z-0001.log.gz");
  if (name === undefined) throw new Error("not an archive name");
  expect(belongsTo(name, "/x/latency.log")).toBe(true);
  expect(belongsTo(name, "/x/latency")).toBe(true);
  expect(belongsTo(name, "/x/latency.jsonl")).toBe(false);
  expect(belongsTo(name, "/x/my-latency.log")).toBe(false);
});

test("archiveNaming() and manifestName() keep logs of different extensions apart", () => {
  expect(archiveNaming("/x/timing.jsonl")).toEqual({ stem: "timing", extension: ".jsonl" });
  expect(archiveNaming("/x/timing.txt")).toEqual({ stem: "timing.txt", extension: ".log" });
  expect(manifestName("/x/latency.log")).toBe("latency.manifest.ndjson");
  expect(manifestName("/x/latency.jsonl")).toBe("latency.jsonl.manifest.ndjson");
});
