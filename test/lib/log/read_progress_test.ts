import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { countReads, type ReadProgress } from "../../../lib/log/read_progress.ts";
import { bytesSource } from "../../../lib/ndjson/byte_source.ts";
import type { ReaderOptions } from "../../../lib/pipeline/reading.ts";
import { analyzeLog, analyzeSessions } from "../../../lib/pipeline.ts";
import type { Selection } from "../../../lib/request/select.ts";
import { fixtures, temporaryFolder } from "../../support/binary.ts";

/** Writes down what it is told: `begin 100`, `+40`, `end`, where additions are summed up. */
class Record implements ReadProgress {
  isShown = false;
  readonly told: string[] = [];
  #sum = 0;

  begin(bytes: number | null): void {
    this.#note(`begin ${bytes}`);
  }
  leaveOut(bytes: number): void {
    this.#note(`without ${bytes}`);
  }
  add(bytes: number): Promise<void> | null {
    this.#sum += bytes;
    return bytes % 2 === 0 ? null : Promise.resolve();
  }
  end(): void {
    this.#note("end");
  }
  #note(text: string): void {
    if (this.#sum > 0) this.told.push(`+${this.#sum}`);
    this.#sum = 0;
    this.told.push(text);
  }
}

const log = join(fixtures, "before.log");
const { length: size } = readFileSync(log);

function optionsFor(names: readonly string[], selection: Selection, progress: ReadProgress) {
  const bounds = { idleSeconds: 600, maxLineBytes: 1024 * 1024, blockBytes: 4096 };
  return { names, ...bounds, leastUnreadBytes: 4096, selection, progress } satisfies ReaderOptions;
}

async function tell(
  names: readonly string[],
  selection: Selection = {},
  show: (() => void) | null = () => {},
): Promise<string[]> {
  const record = new Record();
  await analyzeLog(optionsFor(names, selection, record), show);
  return record.told;
}

describe("a reading tells its progress", () => {
  const whole = [`begin ${size}`, `+${size}`, "end"];

  test("of all bytes, by either way", async () => {
    expect(await tell([log], {}, null)).toEqual(whole);
    expect(await tell([log])).toEqual(whole);
    const record = new Record();
    await analyzeSessions(optionsFor([log], {}, record), { gapSeconds: null, contextTokens: 1 });
    expect(record.told).toEqual(whole);
  });

  test("of a packed file by its bytes on the disk", async () => {
    using folder = temporaryFolder();
    const packed = join(folder.path, "latency.log.gz");
    const bytes = gzipSync(readFileSync(log));
    writeFileSync(packed, bytes);
    expect(await tell([packed], {}, null)).toEqual([
      `begin ${bytes.length}`,
      `+${bytes.length}`,
      "end",
    ]);
  });

  test("of several files together", async () => {
    const other = join(fixtures, "after.log");
    const [begin] = await tell([log, other]);
    expect(begin).toBe(`begin ${size + readFileSync(other).length}`);
  });

  test("of the part that a seek reads", async () => {
    const since = { sinceSeconds: 1764253900, untilSeconds: 1764253990 };
    const seeks: readonly (readonly [Selection, RegExp])[] = [
      [since, /^begin \d+ \+\d+ end/],
      [{ request: "nowhere1" }, new RegExp(`^begin ${size} \\+${size} end$`)],
      [{ tail: 40 }, /begin \d+ \+\d+ end/],
    ];
    for (const [selection, pattern] of seeks) {
      expect((await tell([log], selection)).join(" ")).toMatch(pattern);
    }
    expect(seeks.length).toBe(3);
  });
});

describe("countReads()", () => {
  test("waits where it is told to, and hands out the same bytes", async () => {
    const record = new Record();
    const source = countReads(bytesSource(Buffer.from("abcdefgh"), 3), record);
    const block = new Uint8Array(8);
    const reads = [source.read(block), source.read(block), source.read(block), source.read(block)];
    expect(reads.map((read) => read instanceof Promise)).toEqual([true, true, false, false]);
    expect(await Promise.all(reads)).toEqual([3, 3, 2, 0]);
    record.end();
    expect(record.told).toEqual(["+8", "end"]);
  });

  test("leaves a source alone that nobody watches", () => {
    const source = bytesSource(Buffer.from("abc"));
    expect(countReads(source, undefined)).toBe(source);
  });
});
