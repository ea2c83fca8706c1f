import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChunkPlan, ChunkSearch, shareChunks } from "../../../lib/log/chunk_search.ts";
import { openSeekable } from "../../../lib/log/seekable_log.ts";
import { SearchCrew } from "../../../lib/pipeline/search_crew.ts";
import { temporaryFolder } from "../../support/binary.ts";

setDefaultTimeout(60_000);

const blockBytes = 1_000;
const chunkBytes = 64 * blockBytes;
const chunks = 40;

/** Goes back through a file of 40 chunks; tells the chunks that were passed over, from the end. */
function passedOver(places: readonly number[], threads: { most: number; isWish: boolean }) {
  using folder = temporaryFolder();
  const path = join(folder.path, "made.log");
  const bytes = Buffer.alloc(chunks * chunkBytes, "x\n");
  for (const place of places) bytes.write('"abcd"', place);
  writeFileSync(path, bytes);
  const file = openSeekable([path]);
  if (file === null) throw new Error("no file");
  const passed: number[] = [];
  const wanted = { text: "abcd", isPrefix: true, blockBytes };
  {
    using crew = new SearchCrew(file, wanted, { ...threads, fromBytes: 100_000 });
    for (let place = file.size; place > 0; ) {
      const next = crew.passFrom(place);
      if (next < place) passed.push((file.size - place) / chunkBytes);
      // Within a chunk that may hold it nothing can be passed.
      else if (threads.isWish) expect(crew.passFrom(place - blockBytes)).toBe(place - blockBytes);
      place = next < place ? next : place - chunkBytes;
    }
  }
  file.close();
  return passed;
}

describe("SearchCrew", () => {
  test("has helpers that search chunks by themselves", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "made.log");
    const bytes = Buffer.alloc(chunks * chunkBytes, "x\n");
    bytes.write('"abcd"', 3 * chunkBytes);
    writeFileSync(path, bytes);
    const file = openSeekable([path]);
    if (file === null) throw new Error("no file");
    const plan: ChunkPlan = { text: "abcd", isPrefix: true, blockBytes, to: file.size, chunkBytes };
    const shared = shareChunks(plan);
    const search = new ChunkSearch(file, plan, shared);
    const entry = new URL("../../../lib/pipeline/search_worker.ts", import.meta.url);
    const worker = new Worker(entry);
    const { name, descriptor, size } = file;
    worker.postMessage({ file: { name, descriptor, size }, plan, shared });
    const all = Array.from({ length: chunks }, (_, chunk) => chunk);
    while (all.some((chunk) => search.isClear(chunk) === null)) await Bun.sleep(5);
    worker.terminate();
    file.close();
    expect(all.filter((chunk) => search.isClear(chunk) === false)).toEqual([chunks - 4]);
    expect(search.searchNext()).toBe(false);
  });

  test("passes over every chunk without the text, and none with it", () => {
    const all = Array.from({ length: chunks }, (_, chunk) => chunk);
    let crews = 0;
    for (const most of [2, 3, 5]) {
      for (const holding of [[], [0], [39], [3, 4, 17], all]) {
        const places = holding.map((chunk) => (chunks - chunk) * chunkBytes - 5_000);
        const passed = passedOver(places, { most, isWish: true });
        expect(passed).toEqual(all.filter((chunk) => !holding.includes(chunk)));
        crews++;
      }
    }
    expect(crews).toBe(15);
  });

  test("is nobody but this thread where one is wished, and before much was searched", () => {
    expect(passedOver([], { most: 1, isWish: true })).toEqual([]);
    expect(passedOver([], { most: 1, isWish: false })).toEqual([]);
    expect(passedOver([], { most: 4, isWish: false })).toEqual([]);
  });
});
