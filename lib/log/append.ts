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

/**
 * Appends whole lines to the log in one write, so that no other writer's line can get between: open,
 * write, close, without a lock. The file (0640) and its folder (0750) are made when missing.
 *
 * Never waits for a reader of a FIFO or for a lock. It can wait on a slow disk, and as long as
 * `patience` says, a second if it does not, on the last step of a rotation.
 *
 * @throws AccessError if the lines could not be written whole.
 */
export function appendLines(path: string, lines: string, patience: Patience = aSecond): void {
  const bytes = Buffer.from(lines);
  try {
    const descriptor = openForAppend(path, patience);
    try {
      // The count is compared because a nearly full disk takes a part of the line without an error.
      let written = writeSync(descriptor, bytes);
      if (written < bytes.length) written += writeSync(descriptor, bytes, written);
      if (written < bytes.length) throw new AccessError("only a part of the line was taken");
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new AccessError(
      `Cannot write to the log ${path}: ${describeSystemError(error)}`,
      errorCode(error),
    );
  }
}

function openForAppend(path: string, { openTries, pauseMs }: Patience): number {
  // O_NONBLOCK changes nothing on a file and keeps a FIFO without a reader from holding us for ever.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const flags = O_WRONLY | O_APPEND | O_CREAT | (O_NONBLOCK ?? 0);
  for (let attempt = 1; ; attempt++) {
    try {
      return openSync(path, flags, fileMode);
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOENT" && attempt === 1)
        mkdirSync(dirname(path), { recursive: true, mode: folderMode });
      else if (code === "EAGAIN" && attempt < openTries) pause(pauseMs);
      else throw error;
    }
  }
}

/** Sleeps in the calling thread, in Bun and in Node. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
