import { describe, expect, test } from "bun:test";
import { ChunkSearch, shareChunks } from "../../../lib/log/chunk_search.ts";
import type { RandomAccess } from "../../../lib/log/descriptor_source.ts";

const chunkBytes = 1_000;
const plan = { text: "abcd", isPrefix: false, blockBytes: 64, chunkBytes };

/** A file of so many bytes with the text at some places; reading it at one of `broken` fails. */
function fileOf(
  size: number,
  places: readonly number[],
  broken: number | null = null,
): RandomAccess {
  const bytes = Buffer.alloc(size, "x\n");
  for (const place of places) bytes.write('"abcd"', place);
  return {
    name: "made.log",
    descriptor: -1,
    size,
    readAt: (target, offset) => {
      if (broken !== null && offset <= broken && broken < offset + target.length) {
        throw new Error("broken");
      }
      return bytes.copy(target, 0, offset);
    },
    close: () => {},
  };
}

describe("ChunkSearch", () => {
  test("tells the chunks with a text from those without, whoever searches them", () => {
    // At a chunk's first byte, across a border (it belongs where it begins), and in the short last one.
    const places = [9_500, 8_000, 6_997, 20];
    const to = 9_750;
    const file = fileOf(10_000, places);
    const shared = shareChunks({ ...plan, to });
    const crew = [1, 2, 3].map(() => new ChunkSearch(file, { ...plan, to }, shared));
    const taken = crew.map(() => 0);
    for (let turn = 0; ; turn++) {
      const at = turn % crew.length;
      if (crew[at]?.searchNext() !== true) break;
      taken[at] = (taken[at] ?? 0) + 1;
    }
    expect(taken.reduce((sum, count) => sum + count)).toBe(10);
    const [one] = crew;
    if (one === undefined) throw new Error("no crew");
    const holding = places.map((place) => one.chunkBefore(place + 1));
    expect(holding).toEqual([0, 1, 2, 9]);
    for (let chunk = 0; chunk < 10; chunk++) {
      for (const each of crew) expect(each.isClear(chunk)).toBe(!holding.includes(chunk));
    }
    expect([0, 1, 9].map((chunk) => one.startOf(chunk))).toEqual([8_750, 7_750, 0]);
  });

  test("leaves a chunk that could not be read to the others, and waits no longer than told", () => {
    const shared = shareChunks({ ...plan, to: 3_000 });
    const search = new ChunkSearch(fileOf(3_000, [], 2_500), { ...plan, to: 3_000 }, shared);
    expect(search.isClear(0)).toBeNull();
    expect(search.waitFor(0, 1)).toBe(false);
    expect(() => search.searchNext()).toThrow("broken");
    expect(search.isClear(0)).toBe(false);
    expect([search.searchNext(), search.searchNext(), search.searchNext()]).toEqual([
      true,
      true,
      false,
    ]);
    expect([search.waitFor(1, 1), search.isClear(2)]).toEqual([true, true]);
  });
});
