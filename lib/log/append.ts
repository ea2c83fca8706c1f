import { closeSync, constants, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../error.ts";

const fileMode = 0o640;
const folderMode = 0o750;

/** How often, and how long apart, opening is tried while the last step of a rotation refuses it. */
export interface Patience {
  readonly openTries: number;
  readonly pauseMs: number;
}

const aSecond: Patience = { openTries: 200, pauseMs: 5 };

/** The log did not take all that it was given. */
export class AppendError extends AccessError {
  /** How many of the bytes it did take, as a nearly full disk does. */
  readonly writtenBytes: number;

  constructor(message: string, code: string | null, writtenBytes: number) {
    super(message, code);
    this.writtenBytes = writtenBytes;
  }
}

/**
 * Appends whole lines to the log in one write, so that no other writer's line can get between: open,
 * write, close, without a lock. The file (0640) and its folder (0750) are made when missing; true if
 * the file was.
 *
 * Never waits for a reader of a FIFO or for a lock. It can wait on a slow disk, and as long as
 * `patience` says, a second if it does not, on the last step of a rotation.
 *
 * @throws AppendError if the lines could not be written whole.
 */
export function appendLines(
  path: string,
  lines: string | Uint8Array,
  patience: Patience = aSecond,
): boolean {
  const bytes = typeof lines === "string" ? Buffer.from(lines) : lines;
  let written = 0;
  try {
    const { descriptor, isNew } = openForAppend(path, patience);
    try {
      // The count is compared because a nearly full disk takes a part of the line without an error.
      written = writeSync(descriptor, bytes);
      if (written < bytes.length) written += writeSync(descriptor, bytes, written);
      if (written < bytes.length) throw new AccessError("only a part of the line was taken");
      return isNew;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const reason = describeSystemError(error);
    throw new AppendError(`Cannot write to the log ${path}: ${reason}`, errorCode(error), written);
  }
}

function openForAppend(
  path: string,
  { openTries, pauseMs }: Patience,
): { readonly descriptor: number; readonly isNew: boolean } {
  // O_NONBLOCK changes nothing on a file and keeps a FIFO without a reader from holding us for ever.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const flags = O_WRONLY | O_APPEND | (O_NONBLOCK ?? 0);
  let isNew = false;
  let hasFolder = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return { descriptor: openSync(path, isNew ? flags | O_CREAT : flags, fileMode), isNew };
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOENT" && !isNew) isNew = true;
      else if (code === "ENOENT" && !hasFolder) {
        hasFolder = true;
        mkdirSync(dirname(path), { recursive: true, mode: folderMode });
      } else if (code === "EAGAIN" && attempt < openTries) pause(pauseMs);
      else throw error;
    }
  }
}

/** Sleeps in the calling thread, in Bun and in Node. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
