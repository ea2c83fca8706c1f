import type { RandomAccess } from "./descriptor_source.ts";
import { StringSearch } from "./string_search.ts";

/** What is searched for; see `StringSearch`. */
export interface WantedText {
  readonly text: string;
  readonly isPrefix: boolean;
  readonly blockBytes?: number | undefined;
}

/** What is searched for in which chunks: those before `to`, counted from there. */
export interface ChunkPlan extends WantedText {
  readonly to: number;
  readonly chunkBytes: number;
}

/** What is known of a chunk. */
const [nothing, isClear, mayHold] = [0, 1, 2];
/** The first number counts the chunks that were taken; behind it stands what is known of each. */
const head = 1;

/** Memory for what threads tell each other of the chunks of a plan. */
export function shareChunks({ to, chunkBytes }: ChunkPlan): Int32Array<SharedArrayBuffer> {
  const chunks = Math.ceil(to / chunkBytes);
  return new Int32Array(new SharedArrayBuffer((head + chunks) * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Searches a file for lines in which some JSON string equals a text, or begins with it, chunk by chunk,
 * each of which one of several threads takes: every thread has its own of these, over shared memory.
 * It only tells chunks that have no such line from those that may have some.
 *
 * Memory: one block, and 4 bytes a chunk.
 */
export class ChunkSearch {
  readonly #file: RandomAccess;
  readonly #plan: ChunkPlan;
  readonly #shared: Int32Array<SharedArrayBuffer>;

  constructor(file: RandomAccess, plan: ChunkPlan, shared: Int32Array<SharedArrayBuffer>) {
    this.#file = file;
    this.#plan = plan;
    this.#shared = shared;
  }

  /** The chunk of the last byte before a place. */
  chunkBefore(place: number): number {
    const { to, chunkBytes } = this.#plan;
    return Math.floor((to - place) / chunkBytes);
  }

  /** Where a chunk begins. */
  startOf(chunk: number): number {
    const { to, chunkBytes } = this.#plan;
    return Math.max(0, to - (chunk + 1) * chunkBytes);
  }

  /**
   * Searches the next chunk that nobody has taken; false if there is none.
   *
   * @throws AccessError if the file cannot be read; others then have to look at that chunk.
   */
  searchNext(): boolean {
    const chunk = Atomics.add(this.#shared, 0, 1);
    if (chunk >= this.#chunks) return false;
    let state = mayHold;
    try {
      if (this.#isClear(chunk)) state = isClear;
    } finally {
      Atomics.store(this.#shared, head + chunk, state);
      Atomics.notify(this.#shared, head + chunk);
    }
    return true;
  }

  /** Whether a chunk has no such line, as far as that is known; null while nobody has searched it. */
  isClear(chunk: number): boolean | null {
    const state = Atomics.load(this.#shared, head + chunk);
    return state === nothing ? null : state === isClear;
  }

  /** Waits until a chunk has been searched, but no longer than a while; whether it is clear by then. */
  waitFor(chunk: number, mostMs: number): boolean {
    Atomics.wait(this.#shared, head + chunk, nothing, mostMs);
    return this.isClear(chunk) === true;
  }

  get #chunks(): number {
    return this.#shared.length - head;
  }

  #isClear(chunk: number): boolean {
    const { text, isPrefix, blockBytes, to: end, chunkBytes } = this.#plan;
    const options = { to: end - chunk * chunkBytes, ...(blockBytes ? { blockBytes } : {}) };
    const search = new StringSearch(this.#file, text, isPrefix, options);
    const from = this.startOf(chunk);
    while (search.from > from) if (search.nextPlaces(from).length > 0) return false;
    return true;
  }
}
