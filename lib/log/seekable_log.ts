import { statSync } from "node:fs";
import type { RandomAccess } from "./descriptor_source.ts";
import { openLog } from "./file_source.ts";
import { detectPacking } from "./unpack.ts";

/** Enough to tell how a file is packed. */
const headBytes = 4;

/**
 * Opens the one plain file that `names` mean, to be read in parts; null if they mean anything else
 * (several logs, a folder, standard input, a pipe, something packed), which is read from its start.
 *
 * @throws AccessError if the file cannot be opened.
 */
export function openSeekable(names: readonly string[]): RandomAccess | null {
  const [name] = names;
  // A pipe must not be opened only to be closed again: its writer would be gone.
  if (name === undefined || names.length > 1 || !isFile(name)) return null;
  const open = openLog(name);
  const head = new Uint8Array(headBytes);
  const count = open.access?.readAt(head, 0) ?? 0;
  if (open.access !== null && detectPacking(head.subarray(0, count), name) === null) {
    return open.access;
  }
  open.close();
  return null;
}

function isFile(name: string): boolean {
  try {
    return statSync(name).isFile();
  } catch {
    return false;
  }
}
