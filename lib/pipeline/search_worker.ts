/**
 * The entry of a thread that helps to search a log: it is told what for, and what it finds it writes
 * into shared memory. The build makes an entry of it: see test/tasks/build.ts.
 */
import { type ChunkPlan, ChunkSearch } from "../log/chunk_search.ts";
import { anywhere } from "../log/descriptor_source.ts";

/** What a thread is asked. */
export interface SearchQuestion {
  /** The file, open in the same process. */
  readonly file: { readonly name: string; readonly descriptor: number; readonly size: number };
  readonly plan: ChunkPlan;
  readonly shared: Int32Array<SharedArrayBuffer>;
}

declare const self: {
  onmessage: ((event: { readonly data: SearchQuestion }) => void) | null;
};

self.onmessage = ({ data: { file, plan, shared } }) => {
  const { descriptor, name, size } = file;
  const open = anywhere(descriptor, name, size, () => {});
  const search = new ChunkSearch(open, plan, shared);
  try {
    while (search.searchNext());
  } catch {
    // Whoever asked looks at that chunk too, and says what is wrong.
  }
};
