import { describe, expect, test } from "bun:test";
import { judgePlace } from "../../../lib/judge/place_checks.ts";
import type { PlaceReport, Verdict } from "../../../lib/report/doctor_report.ts";

const now = 1_764_253_805;
const megabyte = 1024 ** 2;

/** A place without a fault. */
const sound: PlaceReport = {
  log: "/logs/latency.log",
  rule: "TIMMY_LATENCY_LOG",
  kind: "file",
  isLink: false,
  bytes: 2048,
  mode: 0o640,
  owner: 1000,
  links: 1,
  readRefusal: null,
  writeRefusal: null,
  rotateRefusal: null,
  fileSystem: { type: "ext4", mountPoint: "/", reach: "local" },
  freeBytes: 5 * 1024 ** 3,
  lease: "available",
  lock: { state: "free", holder: null },
  archives: { count: 2, bytes: 3072, unfinished: [], leftovers: 0 },
};

const raw = (ageSeconds: number) => ({
  count: 0,
  bytes: 0,
  unfinished: [{ file: "/logs/x.raw", bytes: 10, lastWriteSeconds: now - ageSeconds }],
  leftovers: 0,
});

const absent = { kind: null, bytes: null, mode: null, owner: null, links: null } as const;

test("judgePlace() finds nothing to say of a sound place", () => {
  const checks = judgePlace(sound, now);
  expect(checks.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    "log: /logs/latency.log (by TIMMY_LATENCY_LOG)",
    "exists: 2.0 KB, mode 0640, user 1000",
    "writable: yes",
    "can rotate: yes",
    "file system: ext4 at /, appends are safe",
    "leases: available",
    "lock: free",
    "archives: 2, 3.0 KB",
    "unfinished: none",
    "disk space: 5.0 GB free",
  ]);
  for (const check of checks) expect(check).toMatchObject({ verdict: "good", advice: null });
});

/** What differs from the sound place, and which check says what about it. */
const cases: readonly [
  name: string,
  change: Partial<PlaceReport>,
  check: string,
  verdict: Verdict,
  value: string,
  advice: string,
][] = [
  ["an absent log", absent, "exists", "care", "no", "Write the first event"],
  [
    "a dangling link",
    { ...absent, isLink: true, readRefusal: "x" },
    "exists",
    "care",
    "no",
    "a link to nothing",
  ],
  [
    "a path through a file",
    { ...absent, readRefusal: "why" },
    "exists",
    "care",
    "no",
    "followed: why",
  ],
  ["a folder", { kind: "folder" }, "exists", "care", "as a folder", "A log is a regular file"],
  ["a pipe", { kind: "pipe" }, "exists", "care", "as a pipe", "A log is a regular file"],
  ["an unreadable log", { readRefusal: "why" }, "exists", "care", "mode 0640", "read: why"],
  ["a log for everybody", { mode: 0o642 }, "exists", "note", "mode 0642", "chmod o-w"],
  ["a log without rights", { mode: 0, readRefusal: "x" }, "exists", "care", "mode 0000", "read: x"],
  ["a log out of reach", { writeRefusal: "why" }, "writable", "care", "no", "Events are lost: why"],
  ["a log rotate refuses", { rotateRefusal: "its words" }, "can rotate", "care", "no", "its words"],
  [
    "a Windows drive",
    { fileSystem: { type: "9p (drvfs)", mountPoint: "/mnt/c", reach: "shared" } },
    "file system",
    "care",
    "9p (drvfs) at /mnt/c, appends are not safe",
    "give each system a log of its own",
  ],
  [
    "FUSE",
    { fileSystem: { type: "fuse.x", mountPoint: "/f", reach: "fuse" } },
    "file system",
    "note",
    "fuse.x at /f, appends may not be safe",
    "a local disk is safe",
  ],
  [
    "an unknown file system",
    { fileSystem: { type: "unknown", mountPoint: null, reach: "unknown" } },
    "file system",
    "note",
    "unknown, nothing known of its appends",
    "a local disk",
  ],
  [
    "leases that miss writers",
    { lease: "incomplete" },
    "leases",
    "note",
    "do not tell",
    "in a later run",
  ],
  ["leases refused", { lease: "refused" }, "leases", "note", "refused", "in a later run"],
  ["leases untried", { lease: "untried" }, "leases", "note", "not tried", "No file could be made"],
  [
    "a lock held",
    { lock: { state: "held", holder: 42 } },
    "lock",
    "note",
    "held by process 42",
    "at work",
  ],
  [
    "a lock held by nobody knows",
    { lock: { state: "held", holder: null } },
    "lock",
    "note",
    "another process",
    "at work",
  ],
  [
    "archives out of sight",
    { archives: null },
    "archives",
    "note",
    "out of sight",
    "cannot be read",
  ],
  [
    "leftovers",
    { archives: { count: 0, bytes: 0, unfinished: [], leftovers: 1 } },
    "archives",
    "note",
    "none, 1 leftover",
    "The next rotate",
  ],
  [
    "a raw archive",
    { archives: raw(86_399) },
    "unfinished",
    "note",
    "1 raw archive, 10 B",
    "the next rotate finishes it",
  ],
  [
    "a raw archive of yesterday",
    { archives: raw(86_401) },
    "unfinished",
    "care",
    "1 raw archive",
    "Left for 24h",
  ],
  [
    "a raw archive being packed",
    { archives: raw(86_401), lock: { state: "held", holder: 42 } },
    "unfinished",
    "note",
    "1 raw archive",
    "at work on it",
  ],
  [
    "a full disk",
    { freeBytes: 64 * megabyte - 1 },
    "disk space",
    "care",
    "64.0 MB free",
    "events are lost",
  ],
  [
    "less space than log",
    { freeBytes: 100 * megabyte, bytes: 100 * megabyte + 1 },
    "disk space",
    "note",
    "100.0 MB free",
    "less than the log's size",
  ],
];

describe("judgePlace()", () => {
  let met = 0;
  for (const [name, change, check, verdict, value, advice] of cases) {
    test(`has a word on ${name}`, () => {
      met++;
      const found = judgePlace({ ...sound, ...change }, now).find((one) => one.name === check);
      expect(found?.verdict).toBe(verdict);
      expect(found?.value).toContain(value);
      expect(found?.advice).toContain(advice);
      // Advice is a sentence without its full stop, or rotate's own words.
      expect(found?.advice).not.toMatch(/\.$/);
    });
  }

  test("met every case", () => {
    expect(met).toBe(cases.length);
    expect(met).toBe(25);
  });

  const nearMisses: readonly [name: string, Partial<PlaceReport>, check: string][] = [
    ["just enough space", { freeBytes: 64 * megabyte }, "disk space"],
    ["as much space as log", { freeBytes: 64 * megabyte, bytes: 64 * megabyte }, "disk space"],
    [
      "little space that rotate will not need",
      { freeBytes: 64 * megabyte, bytes: 128 * megabyte, rotateRefusal: "x" },
      "disk space",
    ],
    ["space that nobody knows", { freeBytes: null }, "disk space"],
    ["a log for a group", { mode: 0o664 }, "exists"],
    ["a log behind a link", { isLink: true }, "exists"],
    ["a lock that cannot be looked up", { lock: { state: "unknown", holder: null } }, "lock"],
    ["no lease where there is nothing yet", { ...absent, lease: "untried" }, "leases"],
    ["nothing to rotate", absent, "can rotate"],
  ];
  let missed = 0;

  test.each(nearMisses)("has nothing to say of %s", (_, change, check) => {
    missed++;
    const found = judgePlace({ ...sound, ...change }, now).find((one) => one.name === check);
    expect(found).toMatchObject({ verdict: "good", advice: null });
  });

  test("met every near miss", () => {
    expect(missed).toBe(9);
  });
});
