import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import type { ByteSource } from "../ndjson/byte_source.ts";

/** What `look()` found: the file goes on, or what was read of it is gone. */
export type Look = "on" | "cut";

/** Bytes before the place of reading that are known again. */
const tailBytes = 64;

/**
 * A file that others append to, as a byte source that waits at its end until `look()` finds more. A file
 * that became shorter, or holds other bytes where reading has stopped, was cut: its source ends there.
 */
export class GrowingFile implements ByteSource {
  /** Where reading began. */
  readonly from: number;
  /** The source has ended. */
  isOver = false;

  readonly #name: string;
  readonly #descriptor: number;
  readonly #stat: Stats;
  #position: number;
  /** When the file was last changed, as of the last look. */
  #changedMs = Number.NaN;
  /** The last bytes read. */
  #tail = new Uint8Array(0);
  #waiting: { readonly target: Uint8Array; readonly resolve: (count: number) => void } | null =
    null;
  #idle = Promise.withResolvers<void>();

  private constructor(name: string, descriptor: number, stat: Stats, from: number) {
    this.#name = name;
    this.#descriptor = descriptor;
    this.#stat = stat;
    this.from = from;
    this.#position = from;
  }

  /**
   * Opens a file to be read from a place on; null if there is none any more.
   *
   * @throws AccessError if it cannot be opened, or is no regular file.
   */
  static open(name: string, from: number): GrowingFile | null {
    try {
      const descriptor = openSync(name, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stat = fstatSync(descriptor);
      if (stat.isFile()) return new GrowingFile(name, descriptor, stat, Math.min(from, stat.size));
      closeSync(descriptor);
      throw new AccessError("it is no regular file");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return null;
      throw readError(name, error);
    }
  }

  /** Begins a file that was cut anew, from its start; the old source ends. */
  static reopen(file: GrowingFile): GrowingFile {
    file.#finish();
    return new GrowingFile(file.#name, file.#descriptor, file.#stat, 0);
  }

  /** Whether a path that was looked at means this file. */
  isSame({ ino, dev }: Stats): boolean {
    return this.#stat.ino === ino && this.#stat.dev === dev;
  }

  /** Whether no path means this file any more. */
  isUnlinked(): boolean {
    return fstatSync(this.#descriptor).nlink === 0;
  }

  /** Bytes are there at once, or a promise of them until `look()` finds some; 0 when it is over. */
  read(target: Uint8Array): number | Promise<number> {
    const count = this.isOver ? 0 : this.#readSome(target);
    if (count > 0 || this.isOver) return count;
    this.#idle.resolve();
    return new Promise((resolve) => {
      this.#waiting = { target, resolve };
    });
  }

  /** Looks whether there is more, and wakes who waits for it. */
  look(): Look {
    if (this.isOver) return "on";
    const { size, mtimeMs } = fstatSync(this.#descriptor);
    const isChanged = mtimeMs !== this.#changedMs;
    this.#changedMs = mtimeMs;
    if (size === this.#position && !isChanged) return "on";
    if (size < this.#position || !this.#isTailThere()) return "cut";
    const waiting = this.#waiting;
    const count = waiting === null ? 0 : this.#readSome(waiting.target);
    if (waiting === null || count === 0) return "on";
    this.#waiting = null;
    this.#idle = Promise.withResolvers();
    waiting.resolve(count);
    return "on";
  }

  /** Resolves when all that is there has been read. */
  drained(): Promise<void> {
    return this.#idle.promise;
  }

  /** Ends the source and closes the file, unless there is still something to be read. */
  endIfRead(): void {
    if (this.#waiting !== null && fstatSync(this.#descriptor).size <= this.#position) this.close();
  }

  /** Ends the source and closes the file. */
  close(): void {
    if (this.isOver) return;
    this.#finish();
    closeSync(this.#descriptor);
  }

  #finish(): void {
    this.isOver = true;
    this.#idle.resolve();
    this.#waiting?.resolve(0);
    this.#waiting = null;
  }

  #readSome(target: Uint8Array): number {
    try {
      const count = readSync(this.#descriptor, target, 0, target.length, this.#position);
      this.#position += count;
      if (count > 0) this.#remember(target.subarray(0, count));
      return count;
    } catch (error) {
      throw readError(this.#name, error);
    }
  }

  #remember(read: Uint8Array): void {
    const kept = read.length >= tailBytes ? read : Buffer.concat([this.#tail, read]);
    this.#tail = kept.slice(-tailBytes);
  }

  #isTailThere(): boolean {
    const { length } = this.#tail;
    if (length === 0) return true;
    const found = new Uint8Array(length);
    const count = readSync(this.#descriptor, found, 0, length, this.#position - length);
    return count === length && Buffer.compare(found, this.#tail) === 0;
  }
}

function readError(name: string, error: unknown): AccessError {
  const reason = describeSystemError(error);
  return new AccessError(`Cannot follow the log ${name}: ${reason}`, errorCode(error));
}
