import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import type { ByteSource } from "../ndjson/byte_source.ts";

/** A file being read: a byte source with a name, an identity and an end. */
export interface LogFile extends ByteSource {
  /** As the user named it; `-` is standard input. */
  readonly name: string;
  /** Same for two names of one file. */
  readonly identity: string;
  close(): void;
}

/** The name that means standard input. */
export const standardInput = "-";
const standardInputDescriptor = 0;
const pauseMs = 2;

/**
 * Opens a file, a pipe or standard input for reading from its start.
 *
 * @throws AccessError if it cannot be opened, or is a directory.
 */
export function openLogFile(name: string): LogFile {
  try {
    const isInput = name === standardInput;
    const descriptor = isInput ? standardInputDescriptor : openSync(name, "r");
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw new AccessError("it is a directory");
    return {
      name,
      identity: isInput ? name : `${stat.dev}:${stat.ino}`,
      read: (target) => readSome(descriptor, name, target),
      close: () => {
        if (!isInput) closeSync(descriptor);
      },
    };
  } catch (error) {
    throw readError(name, error);
  }
}

function readSome(descriptor: number, name: string, target: Uint8Array): number | Promise<number> {
  try {
    return readSync(descriptor, target, 0, target.length, null);
  } catch (error) {
    if (errorCode(error) === "EOF") return 0;
    if (errorCode(error) !== "EAGAIN") throw readError(name, error);
    // A pipe that another process has made non-blocking, and that is empty for the moment.
    return Bun.sleep(pauseMs).then(() => readSome(descriptor, name, target));
  }
}

function readError(name: string, error: unknown): AccessError {
  const what = name === standardInput ? "standard input" : `the log ${name}`;
  return new AccessError(`Cannot read ${what}: ${describeSystemError(error)}`, errorCode(error));
}
