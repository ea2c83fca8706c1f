import { createHash, type Hash } from "node:crypto";
import type { LogFile } from "../log/file_source.ts";
import { shortHash } from "./short_hash.ts";

/** A range ends at the first newline at or behind a multiple of so many bytes. */
export const rangeBytes = 4 * 1024 * 1024;

const newline = 10;

/**
 * The number of the range to which a line belongs that begins at `offset`; the range of a number begins
 * behind the first newline at or behind that multiple.
 */
export function rangeIndex(offset: number): number {
  return offset === 0 ? 0 : Math.floor((offset - 1) / rangeBytes);
}

/**
 * Cuts a file into ranges whose ends depend on its bytes alone: of the same file every run cuts the same
 * ranges, wherever it begins. Each is read as a file of its own, and hashed on the way.
 *
 * Memory: a block.
 */
export class RangeCutter {
  /** How far the file has been read: in the end where the next range begins. */
  position: number;
  /** The file has ended. */
  isOver = false;

  readonly #file: LogFile;
  /** What was read behind the end of a range. */
  #rest = new Uint8Array(0);
  #boundary = 0;
  #isDone = false;
  #hash = createHash("sha256");
  #lineEnd = 0;
  #lineHash: Hash | null = null;
  #probeAt: number | null = null;
  #probe: string | null = null;

  /** `file` begins at `start`, where a range does. */
  constructor(file: LogFile, start: number) {
    this.#file = file;
    this.position = start;
  }

  /** The next range as a file. `probeAt` is a place up to which it is hashed separately, too. */
  next(probeAt: number | null): LogFile {
    this.#boundary = (rangeIndex(this.position) + 1) * rangeBytes;
    this.#isDone = false;
    this.#hash = createHash("sha256");
    this.#lineEnd = this.position;
    this.#lineHash = null;
    this.#probeAt = probeAt;
    this.#probe = null;
    return {
      name: this.#file.name,
      from: this.position,
      read: (target) => {
        if (this.#isDone) return 0;
        const count = this.#readSome(target);
        if (typeof count === "number") return this.#take(target, count);
        return count.then((read) => this.#take(target, read));
      },
      damage: () => (this.isOver ? this.#file.damage() : null),
      close: () => {},
    };
  }

  /** The hash of the range that has been read. */
  hash(): string {
    return shortHash(this.#hash);
  }

  /** Behind the last newline of the range, or where it begins if it has none; and the hash up to there. */
  lines(): { readonly end: number; readonly hash: string } {
    return { end: this.#lineEnd, hash: shortHash(this.#lineHash ?? createHash("sha256")) };
  }

  /** The hash up to `probeAt`; null if the range did not reach it. */
  get probe(): string | null {
    return this.#probe;
  }

  #readSome(target: Uint8Array): number | Promise<number> {
    if (this.#rest.length === 0) return this.#file.read(target);
    const count = Math.min(target.length, this.#rest.length);
    target.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  #take(target: Uint8Array, count: number): number {
    if (count === 0) {
      this.isOver = true;
      this.#isDone = true;
      return 0;
    }
    const from = Math.max(0, this.#boundary - this.position);
    const at = target.subarray(0, count).indexOf(newline, from);
    let end = count;
    if (from < count && at >= 0) {
      end = at + 1;
      this.#rest = Buffer.concat([target.subarray(end, count), this.#rest]);
      this.#isDone = true;
    }
    this.#digest(target.subarray(0, end));
    this.position += end;
    return end;
  }

  /** Hashes what comes next, and keeps the state of the hash where it will be asked for. */
  #digest(bytes: Uint8Array): void {
    const lines = bytes.lastIndexOf(newline) + 1;
    const probe = this.#probeAt === null ? 0 : this.#probeAt - this.position;
    let from = 0;
    for (const to of [probe, lines]
      .filter((place) => place > 0 && place <= bytes.length)
      .sort((a, b) => a - b)) {
      this.#hash.update(bytes.subarray(from, to));
      from = to;
      if (to === probe) this.#probe = shortHash(this.#hash.copy());
      if (to !== lines) continue;
      this.#lineEnd = this.position + lines;
      this.#lineHash = this.#hash.copy();
    }
    this.#hash.update(bytes.subarray(from));
  }
}
