import { read, readSync } from "node:fs";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import type { ByteSource } from "../ndjson/byte_source.ts";
import type { ReadProgress } from "./read_progress.ts";
import { standardInput } from "./standard_input.ts";

const pauseMs = 2;

/** A file of which any part can be read. */
export interface RandomAccess {
  readonly name: string;
  /** By which other threads of the process can read it too. */
  readonly descriptor: number;
  /** Bytes it had when it was opened; what is appended later is not looked at. */
  readonly size: number;
  /** Fills `target` from an offset on, as far as there are bytes; returns how many. */
  readAt(target: Uint8Array, offset: number): number;
  close(): void;
}

/**
 * An open pipe from where it stands. Who watches its progress can still act while it has nothing to
 * give: it is then waited for aside.
 */
export function onwards(descriptor: number, name: string, progress?: ReadProgress): ByteSource {
  return {
    read: (target) =>
      progress?.isShown === true
        ? readAside(descriptor, name, target)
        : readSome(descriptor, name, target, null),
  };
}

/** An open file from its first byte, whatever was read of it before. */
export function fromStart(descriptor: number, name: string): ByteSource {
  let position = 0;
  return {
    read(target) {
      const count = readSome(descriptor, name, target, position);
      if (typeof count === "number") position += count;
      return count;
    },
  };
}

/** An open file from any offset. */
export function anywhere(
  descriptor: number,
  name: string,
  size: number,
  close: () => void,
): RandomAccess {
  return {
    name,
    descriptor,
    size,
    close,
    readAt(target, offset) {
      let filled = 0;
      while (filled < target.length) {
        const count = readSome(descriptor, name, target.subarray(filled), offset + filled);
        // Regular files have their bytes at hand.
        if (typeof count !== "number" || count === 0) break;
        filled += count;
      }
      return filled;
    },
  };
}

function readSome(
  descriptor: number,
  name: string,
  target: Uint8Array,
  position: number | null,
): number | Promise<number> {
  try {
    return readSync(descriptor, target, 0, target.length, position);
  } catch (error) {
    if (errorCode(error) === "EOF") return 0;
    if (errorCode(error) !== "EAGAIN") throw readError(name, error);
    // A pipe that another process has made non-blocking, and that is empty for the moment.
    return Bun.sleep(pauseMs).then(() => readSome(descriptor, name, target, position));
  }
}

async function readAside(descriptor: number, name: string, target: Uint8Array): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  read(descriptor, target, 0, target.length, null, (error, count) => {
    if (error === null) resolve(count);
    else reject(error);
  });
  try {
    return await promise;
  } catch (error) {
    if (errorCode(error) !== "EAGAIN") throw readError(name, error);
    return Bun.sleep(pauseMs).then(() => readAside(descriptor, name, target));
  }
}

/** What to say where a log cannot be opened or read. */
export function readError(name: string, error: unknown): AccessError {
  const what = name === standardInput ? "standard input" : `the log ${name}`;
  return new AccessError(`Cannot read ${what}: ${describeSystemError(error)}`, errorCode(error));
}
