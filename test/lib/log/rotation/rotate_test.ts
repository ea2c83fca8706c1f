import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { AccessError } from "../../../../lib/error.ts";
import { previewRotation, rotateLog } from "../../../../lib/log/rotation/rotate.ts";
import type { SystemCalls } from "../../../../lib/log/system_calls.ts";
import { temporaryFolder } from "../../../support/binary.ts";
import {
  contentOf,
  logsIn,
  realSystem,
  sampleLines,
  settingsFor,
  snapshot,
  testSeconds,
  writeFiles,
} from "../../../support/rotation.ts";

const first = "latency-20251127T143005Z-0001.log";
const second = "latency-20251127T143005Z-0002.log";
const lines = sampleLines(30);

/** All that a folder's log and archives hold, in the order of their names. */
function allLines(folder: string): string {
  return logsIn(folder)
    .map((name) => contentOf(join(folder, name)))
    .join("");
}

describe("rotateLog()", () => {
  const packings = [
    ["gzip", `${first}.gz`],
    ["zstd", `${first}.zst`],
    ["none", first],
  ] as const;
  test.each(packings)("makes an archive packed with %s and an empty log", async (packing, name) => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": lines });
    const mode = statSync(log).mode;
    const { report, failure } = await rotateLog(settingsFor(log, { packing }));
    expect(failure).toBeNull();
    expect(report.actions).toEqual([
      {
        step: "rotate",
        file: log,
        archive: join(folder.path, name),
        bytes: lines.length,
        events: 30,
        archiveBytes: statSync(join(folder.path, name)).size,
        reason: "",
      },
    ]);
    expect(logsIn(folder.path)).toEqual([name, "latency.log"]);
    expect(contentOf(join(folder.path, name))).toBe(lines);
    expect(statSync(log).size).toBe(0);
    expect(statSync(log).mode).toBe(mode);
    expect(statSync(join(folder.path, name)).mode).toBe(mode);
  });

  test("lists the archive's facts in the manifest", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "latency.log": `${lines}not json\n` });
    await rotateLog(settingsFor(join(folder.path, "latency.log")));
    const archive = readFileSync(join(folder.path, `${first}.gz`));
    const manifest = readFileSync(join(folder.path, "latency.manifest.ndjson"), "utf8");
    expect(JSON.parse(manifest)).toEqual({
      archive: `${first}.gz`,
      log: "latency.log",
      events: 30,
      problems: 1,
      first: testSeconds - 1000,
      last: testSeconds - 1000 + 29,
      bytes: lines.length + 9,
      size: archive.length,
      sha256: new Bun.CryptoHasher("sha256").update(archive).digest("hex"),
      schema: 1,
    });
  });

  test("never overwrites: two rotations in one second, and one after the clock went back", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    for (const [index, nowSeconds] of [testSeconds, testSeconds, testSeconds - 7200].entries()) {
      appendFileSync(log, sampleLines(10, index * 10));
      await rotateLog(settingsFor(log, { nowSeconds }));
    }
    expect(logsIn(folder.path)).toEqual([
      `${first}.gz`,
      `${second}.gz`,
      "latency-20251127T143005Z-0003.log.gz",
      "latency.log",
    ]);
    expect(allLines(folder.path)).toBe(lines);
  });

  test("puts archives into another folder, which it makes", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    const archiveFolder = join(folder.path, "old", "logs");
    writeFiles(folder.path, { "latency.log": lines });
    await rotateLog(settingsFor(log, { archiveFolder }));
    expect(logsIn(archiveFolder)).toEqual([`${first}.gz`]);
    expect(logsIn(folder.path)).toEqual(["latency.log", "old"]);
  });

  test("takes the log's own folder under another name for what it is", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    symlinkSync(folder.path, join(folder.path, "link"));
    for (const [index, name] of [`${folder.path}/`, join(folder.path, "link")].entries()) {
      appendFileSync(log, sampleLines(10, index * 10));
      const { report } = await rotateLog(settingsFor(log, { archiveFolder: name }));
      expect(report.actions.map(({ step }) => step)).toEqual(["rotate"]);
    }
    expect(logsIn(folder.path)).toEqual([`${first}.gz`, `${second}.gz`, "latency.log", "link"]);
  });

  test("refuses a folder that holds the archives of another log of that name", async () => {
    using folder = temporaryFolder();
    const archiveFolder = join(folder.path, "archives");
    for (const name of ["a", "b"]) mkdirSync(join(folder.path, name));
    const [a, b] = ["a", "b"].map((name) => join(folder.path, name, "latency.log"));
    if (a === undefined || b === undefined) throw new Error("no logs");
    appendFileSync(a, lines);
    appendFileSync(b, lines);
    await rotateLog(settingsFor(a, { archiveFolder }));
    const refused = rotateLog(settingsFor(b, { archiveFolder }));
    await expect(refused).rejects.toThrow(`it holds those of another log, ${a}`);
    expect(readFileSync(b, "utf8")).toBe(lines);
  });

  test("does nothing, and leaves no lock, where there is nothing", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    const absent = await rotateLog(settingsFor(log));
    expect([absent.report.verdict, absent.report.actions]).toEqual(["absent", []]);
    writeFiles(folder.path, { "latency.log": "" });
    const empty = await rotateLog(settingsFor(log));
    expect([empty.report.verdict, empty.report.actions]).toEqual(["empty", []]);
    const nowhere = await rotateLog(settingsFor(join(folder.path, "no", "latency.log")));
    expect(nowhere.report.verdict).toBe("absent");
    expect(Object.keys(snapshot(folder.path))).toEqual(["latency.log"]);
  });

  const dues = [
    [{ maxSizeBytes: lines.length }, "due"],
    [{ maxSizeBytes: lines.length + 1 }, "not due"],
    [{ maxAgeSeconds: 1000 }, "due"],
    [{ maxAgeSeconds: 1001 }, "not due"],
    [{ maxSizeBytes: lines.length + 1, maxAgeSeconds: 1000 }, "due"],
    [{ maxSizeBytes: lines.length + 1, maxAgeSeconds: 1001 }, "not due"],
    [{ maxSizeBytes: lines.length + 1, maxAgeSeconds: 1001, force: true }, "due"],
  ] as const;
  test.each(dues)("with %p the log is %s", async (due, verdict) => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "latency.log": lines });
    const { report } = await rotateLog(settingsFor(join(folder.path, "latency.log"), due));
    expect(report.verdict).toBe(verdict);
    expect(logsIn(folder.path)).toHaveLength(verdict === "due" ? 2 : 1);
  });
  test("covers its tables", () => expect([packings.length, dues.length]).toEqual([3, 7]));
});

describe("a writer that has the old log open", () => {
  test("keeps it raw; the next rotation finishes it with what was written meanwhile", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": sampleLines(10) });
    const writer = openSync(log, "a");
    const { report } = await rotateLog(settingsFor(log));
    expect(report.actions[0]?.archive).toBe(join(folder.path, `${first}.raw`));
    expect(report.actions[0]?.reason).toBe("a writer has it open; a later rotate finishes it");
    writeSync(writer, sampleLines(10, 10));
    const still = await rotateLog(settingsFor(log));
    expect(still.report.actions.map(({ step }) => step)).toEqual(["leave"]);
    closeSync(writer);
    appendFileSync(log, sampleLines(10, 20));
    const last = await rotateLog(settingsFor(log));
    expect(last.report.actions.map(({ step }) => step)).toEqual(["finish", "rotate"]);
    expect(logsIn(folder.path)).toEqual([`${first}.gz`, `${second}.gz`, "latency.log"]);
    expect(allLines(folder.path)).toBe(lines);
  });

  test("is waited for", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": sampleLines(20) });
    const writer = openSync(log, "a");
    const rotation = rotateLog(settingsFor(log, { waitMs: 10_000 }));
    while (!existsSync(join(folder.path, `${first}.raw`))) await Bun.sleep(1);
    writeSync(writer, sampleLines(10, 20));
    closeSync(writer);
    await rotation;
    expect(logsIn(folder.path)).toEqual([`${first}.gz`, "latency.log"]);
    expect(allLines(folder.path)).toBe(lines);
  });

  test("and gets in just before the raw archive is removed is not lost", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": sampleLines(20) });
    const late = openSync(log, "a");
    // As if the kernel did not know of that writer until the raw archive has no name any more.
    let isWritten = false;
    const system: SystemCalls = {
      ...realSystem,
      takeLease: () => null,
      holdsLease: () => {
        const isGone = existsSync(`${join(folder.path, first)}.gz`) && !existsSync(raw);
        if (isGone && !isWritten) {
          writeSync(late, sampleLines(10, 20));
          isWritten = true;
        }
        return !isGone;
      },
    };
    const raw = join(folder.path, `${first}.raw`);
    await rotateLog(settingsFor(log, { system }));
    closeSync(late);
    expect(isWritten).toBe(true);
    expect(readFileSync(log, "utf8")).toBe(sampleLines(10, 20));
    expect(allLines(folder.path)).toBe(lines);
  });

  test("and comes back while it is packed makes it be packed again", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": sampleLines(20) });
    const late = openSync(log, "a");
    let asked = 0;
    const system: SystemCalls = {
      ...realSystem,
      takeLease: () => null,
      holdsLease: () => {
        if (++asked === 2) writeSync(late, sampleLines(10, 20));
        return asked !== 2;
      },
    };
    await rotateLog(settingsFor(log, { system }));
    closeSync(late);
    expect(logsIn(folder.path)).toEqual([`${first}.gz`, "latency.log"]);
    expect(allLines(folder.path)).toBe(lines);
  });
});

test("a packed form that reads back differently is thrown away, and the raw one stays", async () => {
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const content = Array.from({ length: 40 }, (_, index) => {
    const noise = crypto.getRandomValues(new Uint8Array(40_000)).toBase64();
    return sampleLines(1, index).replace('"tick"', `"${noise}"`);
  }).join("");
  writeFiles(folder.path, { "latency.log": content });
  const temporary = join(folder.path, `${first}.zst.tmp`);
  const blocks = Math.ceil(content.length / (256 * 1024));
  let asked = 0;
  const system: SystemCalls = {
    ...realSystem,
    // The calls after one for each block come from reading back.
    holdsLease: () => {
      if (++asked === blocks + 1) truncateSync(temporary, Math.floor(statSync(temporary).size / 2));
      return true;
    },
  };
  const { failure } = await rotateLog(settingsFor(log, { system, packing: "zstd" }));
  expect(failure?.message).toContain("the packed form reads back differently");
  expect(logsIn(folder.path)).toEqual([`${first}.raw`, "latency.log"]);
  const next = await rotateLog(settingsFor(log, { packing: "zstd" }));
  expect(next.failure).toBeNull();
  expect(allLines(folder.path)).toBe(content);
});

describe("where the system lacks a call", () => {
  test("names are swapped by a second link", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": lines });
    const system = {
      ...realSystem,
      exchange: () => "EINVAL",
      moveWithoutReplacing: () => "ENOSYS",
    };
    const { failure } = await rotateLog(settingsFor(log, { system }));
    expect(failure).toBeNull();
    expect(logsIn(folder.path)).toEqual([`${first}.gz`, "latency.log"]);
    expect([contentOf(join(folder.path, `${first}.gz`)), statSync(log).size]).toEqual([lines, 0]);
  });

  test("a raw archive is packed once its size has stayed the same for a minute", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFiles(folder.path, { "latency.log": sampleLines(10) });
    const system = { ...realSystem, takeLease: () => "EINVAL" };
    const runAt = async (nowSeconds: number) => {
      const { report } = await rotateLog(settingsFor(log, { system, nowSeconds }));
      return report.actions.map(({ step, reason }) => [step, reason.split(";")[0]]);
    };
    const unknown = "this file system cannot tell whether a writer has it open";
    const raw = join(folder.path, `${first}.raw`);
    expect(await runAt(testSeconds)).toEqual([["rotate", unknown]]);
    expect(await runAt(testSeconds + 59)).toEqual([["leave", unknown]]);
    appendFileSync(raw, sampleLines(20, 10));
    expect(await runAt(testSeconds + 61)).toEqual([["leave", unknown]]);
    expect(await runAt(testSeconds + 120)).toEqual([["leave", unknown]]);
    expect(await runAt(testSeconds + 121)).toEqual([["finish", ""]]);
    expect(logsIn(folder.path)).toEqual([`${first}.gz`, "latency.log"]);
    expect(allLines(folder.path)).toBe(lines);
  });

  test("another file system is refused, and nothing has changed", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "latency.log": lines });
    const system = { ...realSystem, exchange: () => "EXDEV" };
    const log = join(folder.path, "latency.log");
    const { failure } = await rotateLog(settingsFor(log, { system }));
    expect(failure).toBeInstanceOf(AccessError);
    expect(failure?.message).toContain("is on another file system; choose one on the same");
    expect(logsIn(folder.path)).toEqual(["latency.log"]);
    expect(readFileSync(log, "utf8")).toBe(lines);
  });
});

/**
 * Every state in which a killed rotation can leave the folder: files beside an empty log, and what is
 * there after the next rotation. All hold the same thirty lines, once.
 */
const leftoverStates: [
  title: string,
  make: (folder: string) => void,
  steps: string[],
  left: string[],
][] = [
  [
    "the empty file was made, names not swapped",
    (folder) => writeFiles(folder, { "latency.log": lines, [`${first}.raw`]: "" }),
    ["discard", "rotate"],
    [`${second}.gz`, "latency.log"],
  ],
  [
    "swapped, not packed",
    (folder) => writeFiles(folder, { "latency.log": "", [`${first}.raw`]: lines }),
    ["finish"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "half packed",
    (folder) =>
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.raw`]: lines,
        [`${first}.gz.tmp`]: gzipSync(lines).subarray(0, 50),
      }),
    ["discard", "finish"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "packed, the temporary name not yet changed",
    (folder) =>
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.raw`]: lines,
        [`${first}.gz.tmp`]: gzipSync(lines),
      }),
    ["discard", "finish"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "packed under both names",
    (folder) => {
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.raw`]: lines,
        [`${first}.gz`]: gzipSync(lines),
      });
      linkSync(join(folder, `${first}.gz`), join(folder, `${first}.gz.tmp`));
    },
    ["discard", "discard", "finish"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "packed, raw not removed",
    (folder) =>
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.raw`]: lines,
        [`${first}.gz`]: gzipSync(lines),
      }),
    ["discard", "finish"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "packed, raw not removed and written to since",
    (folder) =>
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.raw`]: lines,
        [`${first}.gz`]: gzipSync(sampleLines(20)),
      }),
    ["discard", "finish"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "packed another way than now",
    (folder) =>
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.raw`]: lines,
        [`${first}.zst`]: Bun.zstdCompressSync(lines),
      }),
    ["discard", "finish"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "the archive's name is taken by something else",
    (folder) =>
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.raw`]: sampleLines(10, 20),
        [`${first}.gz`]: gzipSync(sampleLines(20)),
      }),
    ["finish", "list"],
    [`${first}.gz`, `${second}.gz`, "latency.log"],
  ],
  [
    "unpacked, under both names",
    (folder) => {
      writeFiles(folder, { "latency.log": "", [first]: lines });
      linkSync(join(folder, first), join(folder, `${first}.raw`));
    },
    ["discard", "list"],
    [first, "latency.log"],
  ],
  [
    "linked, the empty log not in place",
    (folder) => {
      writeFiles(folder, { "latency.log": lines, [`${first}.new`]: "" });
      linkSync(join(folder, "latency.log"), join(folder, `${first}.raw`));
    },
    ["discard", "discard", "rotate"],
    [`${second}.gz`, "latency.log"],
  ],
  [
    "archived, not listed",
    (folder) => writeFiles(folder, { "latency.log": "", [`${first}.gz`]: gzipSync(lines) }),
    ["list"],
    [`${first}.gz`, "latency.log"],
  ],
  [
    "archived, a temporary file of another packing left",
    (folder) =>
      writeFiles(folder, {
        "latency.log": "",
        [`${first}.gz`]: gzipSync(lines),
        [`${first}.zst.tmp`]: "x",
        "latency.manifest.ndjson.tmp": "x",
      }),
    ["discard", "list"],
    [`${first}.gz`, "latency.log"],
  ],
];

describe("what a killed rotation leaves", () => {
  test.each(leftoverStates)("is finished: %s", async (_title, make, steps, left) => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    make(folder.path);
    const planned = await previewRotation(settingsFor(log));
    const { report, failure } = await rotateLog(settingsFor(log));
    expect(failure).toBeNull();
    expect(report.actions.map(({ step }) => step)).toEqual(steps as never);
    expect(report.actions.map(({ step, file, archive }) => ({ step, file, archive }))).toEqual(
      planned.actions.map(({ step, file, archive }) => ({ step, file, archive })),
    );
    expect(logsIn(folder.path)).toEqual(left);
    expect(allLines(folder.path)).toBe(lines);
    const again = await rotateLog(settingsFor(log));
    expect(again.report.actions).toEqual([]);
    expect(existsSync(join(folder.path, "latency.manifest.ndjson.tmp"))).toBe(false);
  });
  test("covers its table", () => expect(leftoverStates).toHaveLength(13));

  test("stays where it may be the only copy", async () => {
    using folder = temporaryFolder();
    const files = {
      "latency.log": "",
      [`${first}.gz.tmp`]: gzipSync(lines),
      [`${second}.new`]: lines,
    };
    writeFiles(folder.path, files);
    const { report } = await rotateLog(settingsFor(join(folder.path, "latency.log")));
    expect(report.actions.map(({ step, reason }) => [step, reason])).toEqual([
      ["leave", "the raw archive that it was made from is gone"],
      ["leave", "it is not empty"],
    ]);
    expect(logsIn(folder.path)).toEqual(Object.keys(files).sort());
  });
});

test("previewRotation() changes nothing in the folder", async () => {
  using folder = temporaryFolder();
  for (const [, make] of leftoverStates) {
    const path = join(folder.path, String(Math.random()));
    mkdirSync(path);
    make(path);
    const before = snapshot(path);
    const log = join(path, "latency.log");
    await previewRotation(
      settingsFor(log, { retention: { keep: 1, keepForSeconds: 1 }, force: true }),
    );
    expect(snapshot(path)).toEqual(before);
  }
});
