import type { RandomAccess } from "../log/descriptor_source.ts";
import type { TimeSeek } from "../log/time_seek.ts";
import type { ReaderOptions } from "./reading.ts";

/** What every seek works with. */
export interface SeekPlan {
  readonly file: RandomAccess;
  readonly time: TimeSeek;
  /** Bytes: a smaller rest of the file is read as well. */
  readonly leastUnread: number;
  readonly options: ReaderOptions;
}
