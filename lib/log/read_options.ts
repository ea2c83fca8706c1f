import type { ReadProgress } from "./read_progress.ts";

/** The time from the lowest to the highest timestamp of a file, Unix seconds. */
export interface TimeRange {
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** How a log is read. */
export interface ReadOptions {
  /** Lines of more bytes are passed over. */
  readonly maxLineBytes: number;
  /** Bytes per read; results do not depend on it. */
  readonly blockBytes?: number;
  /**
   * Asked about an archive whose times are known from the manifest, when all events before them have
   * been handed out: whether its events are wanted.
   */
  readonly wants?: (range: TimeRange) => boolean;
  /** Told of what is read. */
  readonly progress?: ReadProgress;
}
