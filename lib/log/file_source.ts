import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { AccessError } from "../error.ts";
import type { ByteSource } from "../ndjson/byte_source.ts";
import { anywhere, fromStart, onwards, type RandomAccess, readError } from "./descriptor_source.ts";
import { countReads, type ReadProgress } from "./read_progress.ts";
import { standardInput } from "./standard_input.ts";
import { detectPacking, UnpackedSource } from "./unpack.ts";

/** A file being read: a byte source with a name and an end. */
export interface LogFile extends ByteSource {
  /** As the user named it; `-` is standard input. */
  readonly name: string;
  /** Where in the file it begins, if not at its first byte. */
  readonly from?: number;
  /** What is wrong with its packing, known once its end is reached; null if nothing. */
  damage(): string | null;
  close(): void;
}

/** An open file, not read yet. */
export interface OpenLog {
  readonly name: string;
  /** Same for two names of one file. */
  readonly identity: string;
  /** Whether it can be read from its start more than once: no pipe, no standard input. */
  readonly isLasting: boolean;
  /** Begins to read it; the reader does not close it. */
  read(): LogFile;
  /** Its bytes as they lie on the disk, packed or not; null if it is not lasting. */
  readonly access: RandomAccess | null;
  close(): void;
}

const standardInputDescriptor = 0;
/** Enough to tell how a file is packed. */
const headBytes = 4;

/**
 * Opens a file, a pipe or standard input for reading from its start. What is packed with gzip or zstd
 * is unpacked on the way, told by its content; memory is bounded however much it unpacks to.
 *
 * @throws AccessError if it cannot be opened, or is a directory.
 */
export function openLogFile(name: string): LogFile {
  const open = openLog(name);
  const file = open.read();
  return {
    ...file,
    close: () => {
      file.close();
      open.close();
    },
  };
}

/**
 * Opens a file without reading it. What it is renamed to meanwhile makes no difference. `progress` is
 * told of what is read from its start.
 *
 * @throws AccessError if it cannot be opened, or is a directory.
 */
export function openLog(name: string, progress?: ReadProgress): OpenLog {
  const isInput = name === standardInput;
  const [descriptor, stat] = openToRead(name, isInput);
  const isLasting = stat.isFile() && !isInput;
  const start = () =>
    countReads(
      isLasting ? fromStart(descriptor, name) : onwards(descriptor, name, progress),
      progress,
    );
  const close = () => {
    if (!isInput) closeSync(descriptor);
  };
  return {
    name,
    identity: isInput ? name : `${stat.dev}:${stat.ino}`,
    isLasting,
    read: () => readUnpacked(name, start(), isLasting ? start : null),
    access: isLasting ? anywhere(descriptor, name, stat.size, close) : null,
    close,
  };
}

/** Reads a source, unpacking it if its first bytes say that it is packed. */
function readUnpacked(
  name: string,
  packed: ByteSource,
  restart: (() => ByteSource) | null,
): LogFile {
  let unpacked: UnpackedSource | null = null;
  let source: ByteSource | null = null;
  return {
    name,
    read: (target) => (source === null ? readFirst(target) : source.read(target)),
    damage: () => unpacked?.damage ?? null,
    close: () => unpacked?.cancel(),
  };

  function readFirst(target: Uint8Array): number | Promise<number> {
    const buffer = new Uint8Array(headBytes);
    const count = readHead(packed, buffer);
    return count instanceof Promise ? count.then(choose) : choose(count);

    function choose(filled: number): number | Promise<number> {
      const head = buffer.subarray(0, filled);
      const format = detectPacking(head, name);
      source = after(head, packed);
      if (format !== null) {
        unpacked = new UnpackedSource(format, source, restart);
        source = unpacked;
      }
      return source.read(target);
    }
  }
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
