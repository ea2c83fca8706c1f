import { ChunkSearch, shareChunks, type WantedText } from "../log/chunk_search.ts";
import type { RandomAccess } from "../log/descriptor_source.ts";
import type { ThreadOptions } from "./reading.ts";
import type { SearchQuestion } from "./search_worker.ts";

/** So much is searched before others are asked to help: near finds shall not pay for their start. */
const aloneBytes = 128 * 1024 * 1024;
/** Blocks of a chunk, the smallest part of a file that a thread takes: mostly 16 MiB. */
const chunkBlocks = 64;
const usualBlockBytes = 256 * 1024;
/** A chunk takes milliseconds: who has not searched it by then is not waited for. */
const mostWaitMs = 1_000;

/**
 * Several threads that search a file backwards for a text that is far away or not there: this one and,
 * once much was searched in vain, helpers that share the file's descriptor. They find what one thread
 * finds; where a helper cannot be had or is slow, this thread does its work.
 *
 * Memory: about 16 MB a helper.
 */
export class SearchCrew {
  readonly #file: RandomAccess;
  readonly #wanted: WantedText;
  readonly #threads: ThreadOptions | undefined;
  #search: ChunkSearch | null = null;
  #helpers: readonly Worker[] = [];

  constructor(file: RandomAccess, wanted: WantedText, threads: ThreadOptions | undefined) {
    this.#file = file;
    this.#wanted = wanted;
    this.#threads = threads;
  }

  /**
   * Down to where the chunk before a place is known to hold nothing: its start, or the place itself if
   * the chunk may hold something, or nobody helps.
   *
   * @throws AccessError if the file cannot be read.
   */
  passFrom(place: number): number {
    const search = this.#search ?? this.#begin(place);
    if (search === null) return place;
    const chunk = search.chunkBefore(place);
    // Until it is known, chunks that others have not taken are searched, mostly this one first.
    while (search.isClear(chunk) === null && search.searchNext());
    const isClear = search.isClear(chunk) ?? search.waitFor(chunk, mostWaitMs);
    return isClear ? search.startOf(chunk) : place;
  }

  [Symbol.dispose](): void {
    for (const helper of this.#helpers) helper.terminate();
  }

  #begin(place: number): ChunkSearch | null {
    const helpers = helpersFor(place, this.#file.size - place, this.#threads);
    if (helpers === 0) return null;
    const { blockBytes = usualBlockBytes } = this.#wanted;
    const plan = { ...this.#wanted, to: place, chunkBytes: blockBytes * chunkBlocks };
    const shared = shareChunks(plan);
    const { name, descriptor, size } = this.#file;
    const question = { file: { name, descriptor, size }, plan, shared };
    this.#helpers = Array.from({ length: helpers }, () => startHelper(question)).flat();
    this.#search = new ChunkSearch(this.#file, plan, shared);
    return this.#search;
  }
}

/** How many are worth it for so many bytes, after others have been searched. */
function helpersFor(bytes: number, searched: number, threads: ThreadOptions | undefined): number {
  if (threads === undefined) return 0;
  const { most, isWish, fromBytes } = threads;
  if (isWish) return most - 1;
  if (searched < aloneBytes) return 0;
  return Math.max(0, Math.min(most, Math.floor(bytes / fromBytes)) - 1);
}

function startHelper(question: SearchQuestion): Worker[] {
  try {
    // By URL: a plain path would be looked up in the folder where the user stands.
    const worker = new Worker(new URL("./search_worker.ts", import.meta.url), { smol: true });
    // One that fails has taken no chunk, or is not waited for.
    worker.onerror = () => {};
    worker.postMessage(question);
    return [worker];
  } catch {
    return [];
  }
}
