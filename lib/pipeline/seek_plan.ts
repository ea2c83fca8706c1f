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

/** A place where a line begins, at an offset or near it; 0 if too little would be left before it. */
export function lineNear({ time, leastUnread }: SeekPlan, offset: number): number {
  const place = offset < leastUnread ? 0 : (time.at(offset)?.lineStart ?? 0);
  return place < leastUnread ? 0 : place;
}
