import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import type { ByteSource } from "../ndjson/byte_source.ts";
import { detectPacking, UnpackedSource } from "./unpack.ts";

/** A file being read: a byte source with a name, an identity and an end. */
export interface LogFile extends ByteSource {
  /** As the user named it; `-` is standard input. */
  readonly name: string;
  /** Same for two names of one file. */
  readonly identity: string;
  /** Whether it can be opened again and read from its start: no pipe, no standard input. */
  readonly isLasting: boolean;
  /** What is wrong with its packing, known once its end is reached; null if nothing. */
  damage(): string | null;
  close(): void;
}

/** The name that means standard input. */
export const standardInput = "-";
const standardInputDescriptor = 0;
const pauseMs = 2;
/** Enough to tell how a file is packed. */
const headBytes = 4;

/**
 * Opens a file, a pipe or standard input for reading from its start. What is packed with gzip or zstd
 * is unpacked on the way, told by its content; memory is bounded however much it unpacks to.
 *
 * @throws AccessError if it cannot be opened, or is a directory.
 */
export function openLogFile(name: string): LogFile {
  const isInput = name === standardInput;
  const [descriptor, stat] = openToRead(name, isInput);
  const isLasting = stat.isFile() && !isInput;
  const packed = { read: (target: Uint8Array) => readSome(descriptor, name, target) };
  let unpacked: UnpackedSource | null = null;
  let source: ByteSource | null = null;

  /** The first bytes show whether the file is packed. */
  function readFirst(target: Uint8Array): number | Promise<number> {
    const buffer = new Uint8Array(headBytes);
    const count = readHead(packed, buffer);
    return count instanceof Promise ? count.then(choose) : choose(count);

    function choose(filled: number): number | Promise<number> {
      const head = buffer.subarray(0, filled);
      const format = detectPacking(head, name);
      source = after(head, packed);
      if (format !== null) {
        const restart = isLasting ? () => fromStart(descriptor, name) : null;
        unpacked = new UnpackedSource(format, source, restart);
        source = unpacked;
      }
      return source.read(target);
    }
  }

  return {
    name,
    identity: isInput ? name : `${stat.dev}:${stat.ino}`,
    isLasting,
    read: (target) => (source === null ? readFirst(target) : source.read(target)),
    damage: () => unpacked?.damage ?? null,
    close: () => {
      unpacked?.cancel();
      if (!isInput) closeSync(descriptor);
    },
  };
}

function openToRead(name: string, isInput: boolean): [descriptor: number, stat: Stats] {
  try {
    const descriptor = isInput ? standardInputDescriptor : openSync(name, constants.O_RDONLY);
    const stat = fstatSync(descriptor);
    if (!stat.isDirectory()) return [descriptor, stat];
    if (!isInput) closeSync(descriptor);
    throw new AccessError("it is a directory");
  } catch (error) {
    throw readError(name, error);
  }
}

/** Fills `head`, as far as there are bytes; returns how many. */
function readHead(packed: ByteSource, head: Uint8Array, filled = 0): number | Promise<number> {
  const count = packed.read(head.subarray(filled));
  return count instanceof Promise ? count.then(more) : more(count);

  function more(read: number): number | Promise<number> {
    const isDone = read === 0 || filled + read === head.length;
    return isDone ? filled + read : readHead(packed, head, filled + read);
  }
}

/** Some bytes that were read already, and then the rest of their source. */
function after(bytes: Uint8Array, rest: ByteSource): ByteSource {
  let left = bytes;
  return {
    read(target) {
      if (left.length === 0) return rest.read(target);
      const count = Math.min(target.length, left.length);
      target.set(left.subarray(0, count));
      left = left.subarray(count);
      return count;
    },
  };
}

/** An open file from its first byte, whatever was read of it before. */
function fromStart(descriptor: number, name: string): ByteSource {
  let position = 0;
  return {
    read(target) {
      const count = readSome(descriptor, name, target, position);
      if (typeof count === "number") position += count;
      return count;
    },
  };
}

function readSome(
  descriptor: number,
  name: string,
  target: Uint8Array,
  position: number | null = null,
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

function readError(name: string, error: unknown): AccessError {
  const what = name === standardInput ? "standard input" : `the log ${name}`;
  return new AccessError(`Cannot read ${what}: ${describeSystemError(error)}`, errorCode(error));
}
