import { closeSync, constants, fstatSync, ftruncateSync, openSync } from "node:fs";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import { readLog } from "./read_log.ts";

/** What a log holds before it is cleared. */
export interface LogContent {
  readonly events: number;
  readonly bytes: number;
}

/** Counts the events of a log. */
export async function countEvents(path: string, maxLineBytes: number): Promise<LogContent> {
  const reading = await readLog([path], { maxLineBytes });
  while ((await reading.next()) !== null);
  const { events, bytes } = reading.report();
  return { events, bytes };
}

/**
 * Empties a log in place: writers that have it open go on writing to the same file. The caller holds
 * the log's lock, as a rotation in between could put an archive in the log's place.
 *
 * @throws AccessError if it is no regular file, or a symbolic link, or cannot be written.
 */
export function truncateLog(path: string): void {
  try {
    const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const descriptor = openSync(path, O_WRONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
    try {
      if (!fstatSync(descriptor).isFile()) throw new AccessError("it is no regular file");
      ftruncateSync(descriptor, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new AccessError(
      `Cannot clear the log ${path}: ${describeSystemError(error)}`,
      errorCode(error),
    );
  }
}
