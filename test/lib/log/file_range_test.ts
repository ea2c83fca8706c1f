import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { openRange } from "../../../lib/log/file_range.ts";
import { LogScan } from "../../../lib/log/scan_log.ts";
import { Tally } from "../../../lib/log/tally.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";

/** All bytes of a range, read in blocks. */
function bytesOf(path: string, from: number, to: number, blockBytes: number): string {
  const file = openRange(path, from, to);
  const block = new Uint8Array(blockBytes);
  let text = "";
  for (let count = file.read(block); count !== 0; count = file.read(block)) {
    if (typeof count !== "number") throw new Error("a file has its bytes at hand");
    text += Buffer.from(block.subarray(0, count)).toString();
  }
  file.close();
  return text;
}

describe("openRange()", () => {
  test("reads the bytes from one offset to another, and none beyond the end", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const text = "0123456789abcdef";
    writeFileSync(path, text);
    let cases = 0;
    for (let from = 0; from <= text.length; from++) {
      for (let to = from; to <= text.length + 2; to++) {
        for (const blockBytes of [1, 3, 100]) {
          expect(bytesOf(path, from, to, blockBytes)).toBe(text.slice(from, to));
          cases++;
        }
      }
    }
    expect(cases).toBe(3 * 187);
  });

  test("counts offsets from the start of the file, and knows no byte order mark within it", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const line = encodeEvent(eventAt(0, "stt_x"));
    writeFileSync(path, `\ufeff${line}\ufeff${line}{}\n${line}`);
    const second = Buffer.byteLength(`\ufeff${line}`);
    const scanned = async (from: number) => {
      const tally = new Tally();
      const options = { maxLineBytes: 1_000 };
      const scan = new LogScan(openRange(path, from, 9_999), tally, options);
      let taken = 0;
      await scan.run({
        takeRecords: (first, last) => {
          taken += last - first;
        },
        takeEvent: () => {
          taken++;
        },
      });
      return { taken, problems: tally.first.map(({ kind, offset }) => `${kind}@${offset}`) };
    };
    const problems = [`torn@${second}`, `field@${second * 2}`];
    expect(await scanned(0)).toEqual({ taken: 3, problems });
    expect(await scanned(second)).toEqual({ taken: 2, problems });
  });

  test("refuses what has no parts", () => {
    expect(() => openRange("/dev/null", 0, 10)).toThrow(
      "Cannot read a part of /dev/null: it can only be read from its start",
    );
  });
});
