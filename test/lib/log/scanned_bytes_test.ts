import { describe, expect, test } from "bun:test";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openLog } from "../../../lib/log/file_source.ts";
import { type ByteRange, ScannedBytes, type ScannedLog } from "../../../lib/log/scanned_bytes.ts";
import { temporaryFolder } from "../../support/binary.ts";

const parts = ["first\nof all\n", "packed, and in the middle\n", "the last\n"];
const whole = parts.join("");

/** Three files that were scanned one after the other, the middle one packed; how many are open. */
function threeFiles(folder: string) {
  const open = { count: 0 };
  let from = 0;
  const logs = parts.map((text, index): ScannedLog => {
    const path = join(folder, `${index}.log`);
    writeFileSync(path, index === 1 ? gzipSync(text) : text);
    const start = from;
    from += text.length;
    return {
      from: start,
      bytes: text.length,
      open: () => {
        open.count++;
        const log = openLog(path);
        return {
          log,
          close: () => {
            open.count--;
            log.close();
          },
        };
      },
    };
  });
  return { bytes: new ScannedBytes(logs), open };
}

async function textsOf(
  bytes: ScannedBytes,
  ranges: readonly ByteRange[],
): Promise<string[] | null> {
  const texts: string[] = [];
  const isDone = await bytes.read(ranges, (read, index) => {
    texts[index] = Buffer.from(read).toString();
    return true;
  });
  return isDone ? texts : null;
}

describe("ScannedBytes", () => {
  test("reads every stretch, within a file and across, packed or not", async () => {
    using folder = temporaryFolder();
    const { bytes, open } = threeFiles(folder.path);
    let cases = 0;
    for (let from = 0; from < whole.length; from++) {
      const ends = [from, from + 1, from + 7, from + 30, whole.length];
      const ranges = ends.filter((to) => to <= whole.length).map((to) => ({ from, to }));
      const wanted = ranges.map(({ to }) => whole.slice(from, to));
      expect(await textsOf(bytes, ranges)).toEqual(wanted);
      cases += ranges.length;
    }
    expect(cases).toBeGreaterThan(150);
    expect(open.count).toBe(0);
  });

  test("reads stretches that overlap, in any order", async () => {
    using folder = temporaryFolder();
    const { bytes } = threeFiles(folder.path);
    const ranges = [
      { from: 30, to: 45 },
      { from: 2, to: 40 },
      { from: 14, to: 16 },
    ];
    const wanted = ranges.map(({ from, to }) => whole.slice(from, to));
    expect(await textsOf(bytes, ranges)).toEqual(wanted);
  });

  test("says so where bytes are missing, where nobody knows the place, or where it is too much", async () => {
    using folder = temporaryFolder();
    const { bytes, open } = threeFiles(folder.path);
    const last = { from: whole.length - 5, to: whole.length };
    expect(await textsOf(bytes, [last])).toEqual(["last\n"]);
    expect(await textsOf(bytes, [{ from: Number.NaN, to: Number.NaN }])).toBeNull();
    expect(await textsOf(bytes, [{ from: 0, to: 65 * 1024 * 1024 }])).toBeNull();
    expect(await textsOf(bytes, [{ from: 0, to: whole.length + 1 }])).toBeNull();
    truncateSync(join(folder.path, "2.log"), 3);
    expect(await textsOf(bytes, [last])).toBeNull();
    writeFileSync(join(folder.path, "1.log"), gzipSync("short"));
    expect(await textsOf(bytes, [{ from: 20, to: 30 }])).toBeNull();
    expect(open.count).toBe(0);
  });
});
