import { AccessError } from "../error.ts";
import type { RandomAccess } from "./descriptor_source.ts";
import { type LogFile, openLog } from "./file_source.ts";

/**
 * The bytes of a plain file from one offset up to another, or up to its end if that comes first, to be
 * read like a log of its own. `from` is best a place where a line begins. Offsets of problems are
 * counted from the file's start, and a byte order mark is one only there. Closing it leaves the file open.
 */
export function rangeOf(file: RandomAccess, from: number, to: number): LogFile {
  let position = from;
  return {
    name: file.name,
    from,
    read(target) {
      const wanted = Math.min(target.length, to - position);
      const count = wanted <= 0 ? 0 : file.readAt(target.subarray(0, wanted), position);
      position += count;
      return count;
    },
    damage: () => null,
    close: () => {},
  };
}

/**
 * Opens a plain file and reads its bytes from one offset up to another, as `rangeOf` does; closing it
 * closes the file. What it holds is not unpacked.
 *
 * @throws AccessError if it cannot be opened, or is no file of which a part can be read.
 */
export function openRange(name: string, from: number, to: number): LogFile {
  const open = openLog(name);
  if (open.access === null) {
    open.close();
    throw new AccessError(`Cannot read a part of ${name}: it can only be read from its start`);
  }
  return { ...rangeOf(open.access, from, to), close: () => open.close() };
}
