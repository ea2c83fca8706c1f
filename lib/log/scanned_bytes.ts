import type { RandomAccess } from "./descriptor_source.ts";
import type { OpenLog } from "./file_source.ts";
import { detectPacking } from "./unpack.ts";

/** A file that can be read again. */
type ScannedFile = Pick<OpenLog, "name" | "access" | "read">;

/** A log that has been scanned. */
export interface ScannedLog {
  /** Where it begins, counted through all logs in the order of the scan. */
  readonly from: number;
  /** What was read of it, unpacked. */
  readonly bytes: number;
  open(): { readonly log: ScannedFile; close(): void };
}

/** A stretch of bytes, counted through all logs. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Enough to tell how a file is packed. */
const headBytes = 4;
/** So many bytes may be wanted of packed logs together: they are held meanwhile. */
const mostUnpackedBytes = 64 * 1024 * 1024;
/** So many bytes may be wanted in all, and in one stretch. */
const mostBytes = 1024 ** 3;
const mostAtOnce = 64 * 1024 * 1024;
const blockBytes = 256 * 1024;

/**
 * Reads stretches of logs that have just been scanned again. Of plain files only those are read; what is
 * packed is unpacked a second time, and its stretches are held meanwhile.
 *
 * Memory: the longest stretch, at most 64 MiB, and at most as much of what is packed.
 */
export class ScannedBytes {
  readonly #logs: readonly ScannedLog[];

  /** In the order of the scan. */
  constructor(logs: readonly ScannedLog[]) {
    this.#logs = logs;
  }

  /**
   * Hands out stretches, each with its number in the list; the bytes are valid during the call. False, with some
   * of them handed out perhaps, if there is too much of them, or if a file is not what it was, or if `take` says so.
   *
   * @throws AccessError if a file cannot be opened or read.
   */
  async read(
    ranges: readonly ByteRange[],
    take: (bytes: Uint8Array, index: number) => boolean,
  ): Promise<boolean> {
    const lengths = ranges.map(({ from, to }) => to - from);
    const sum = lengths.reduce((total, length) => total + length, 0);
    const longest = Math.max(0, ...lengths);
    // A length that nobody knows is not within any bound.
    if (!(sum <= mostBytes && longest <= mostAtOnce)) return false;
    const opened: { close(): void }[] = [];
    try {
      const parts: FilePart[] = [];
      for (const log of this.#logs) {
        const wanted = ranges.filter(
          ({ from, to }) => from < log.from + log.bytes && to > log.from,
        );
        if (wanted.length === 0) continue;
        const open = log.open();
        opened.push(open);
        const access = await accessTo(open.log, log, wanted);
        if (access === null) return false;
        parts.push({ ...log, access });
      }
      const buffer = Buffer.allocUnsafe(longest);
      return ranges.every(
        (range, index) =>
          fill(buffer, range, parts) && take(buffer.subarray(0, lengths[index]), index),
      );
    } finally {
      for (const open of opened) open.close();
    }
  }
}

type Access = Pick<RandomAccess, "readAt">;
type FilePart = ScannedLog & { readonly access: Access };

/** Reads a stretch, of one file or more; false if there are no longer so many bytes. */
function fill(buffer: Uint8Array, { from, to }: ByteRange, parts: readonly FilePart[]): boolean {
  let filled = 0;
  for (const part of parts) {
    const start = Math.max(from, part.from);
    const end = Math.min(to, part.from + part.bytes);
    if (start >= end) continue;
    const target = buffer.subarray(start - from, end - from);
    filled += part.access.readAt(target, start - part.from);
  }
  return filled === to - from;
}

/** How to read any of the wanted stretches of a log; null if they are too much. */
async function accessTo(
  open: ScannedFile,
  log: ScannedLog,
  wanted: readonly ByteRange[],
): Promise<Access | null> {
  if (open.access === null) return null;
  const head = Buffer.alloc(headBytes);
  const filled = open.access.readAt(head, 0);
  if (detectPacking(head.subarray(0, filled), open.name) === null) return open.access;
  const stretches = joined(
    wanted.map(({ from, to }) => ({
      from: Math.max(0, from - log.from),
      to: Math.min(log.bytes, to - log.from),
    })),
  );
  const held = await unpackStretches(open, stretches);
  return held === null ? null : accessToHeld(held);
}

interface HeldStretch extends ByteRange {
  readonly bytes: Uint8Array;
}

/** Unpacks a log as far as needed and keeps the stretches, which are ordered and apart. */
async function unpackStretches(
  open: ScannedFile,
  stretches: readonly ByteRange[],
): Promise<HeldStretch[] | null> {
  const sum = stretches.reduce((total, { from, to }) => total + to - from, 0);
  if (sum > mostUnpackedBytes) return null;
  const held = stretches.map(({ from, to }) => ({ from, to, bytes: new Uint8Array(to - from) }));
  const end = held.at(-1)?.to ?? 0;
  const block = new Uint8Array(blockBytes);
  const file = open.read();
  let at = 0;
  while (at < end) {
    const count = await file.read(block);
    if (count === 0) break;
    for (const { from, to, bytes } of held) {
      const [start, stop] = [Math.max(from, at), Math.min(to, at + count)];
      if (start < stop) bytes.set(block.subarray(start - at, stop - at), start - from);
    }
    at += count;
  }
  file.close();
  return at >= end ? held : null;
}

function accessToHeld(held: readonly HeldStretch[]): Access {
  return {
    readAt(target, offset) {
      const one = held.find(({ from, to }) => from <= offset && offset < to);
      if (one === undefined) return 0;
      const bytes = one.bytes.subarray(offset - one.from, offset - one.from + target.length);
      target.set(bytes);
      return bytes.length;
    },
  };
}

/** Stretches in their order, those that overlap taken as one. */
function joined(ranges: readonly ByteRange[]): ByteRange[] {
  const all: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}
