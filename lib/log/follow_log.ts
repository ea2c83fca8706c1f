import { type Stats, statSync } from "node:fs";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { LineReader, type LineSpan } from "../ndjson/line_reader.ts";
import { GrowingFile } from "./growing_file.ts";
import { listArchiveBases, readArchive } from "./missed_archives.ts";
import { Tally } from "./tally.ts";

/** How a log is followed. */
export interface FollowOptions {
  readonly maxLineBytes: number;
  /** How much of what is there already is read first, from a whole line on. */
  readonly backlogBytes: number;
}

/** Takes an event; `isBacklog` says that it was there before the following began. */
export type TakeFollowed = (event: TimingEvent, isBacklog: boolean) => void;

/** A file that is followed, until nobody writes to it any more. */
interface Generation {
  readonly file: GrowingFile;
  /** When another file took its place; null while the path means it. */
  replacedMs: number | null;
  /** Resolves when the last of it has been handed out. */
  readonly reading: Promise<void>;
}

/** A file that has been replaced may still be written to by those who opened it before, for so long. */
const lateWritersMs = 10_000;
/** Of more files than that the oldest is given up. */
const mostGenerations = 8;

/**
 * Follows a log while it is written: across rotation (what was swapped out is read until its last
 * writer has left), truncation, replacement and absence. Nobody has to write differently for it.
 *
 * It looks when `poll()` is called and at no other time; how often that is decides how soon an event
 * is seen, and how little is lost to a truncation that comes between writing and looking.
 *
 * Memory: a block and a line of each file that is followed.
 */
export class LogFollower {
  /** What was met on the way. */
  readonly tally = new Tally();
  /** How often another file took the log's place, and how often it was cut short. */
  rotations = 0;
  truncations = 0;

  readonly #path: string;
  readonly #options: FollowOptions;
  readonly #take: TakeFollowed;
  #generations: Generation[] = [];
  /** Archives that were there at the last look, by their names without suffixes. */
  #archives: ReadonlySet<string>;
  /** Reading that goes on by itself, as of archives. */
  #reading: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  #isFirst = true;

  constructor(path: string, options: FollowOptions, take: TakeFollowed) {
    this.#path = path;
    this.#options = options;
    this.#take = take;
    this.#archives = listArchiveBases(this.#path);
  }

  /** Whether there is a log at all. */
  get isPresent(): boolean {
    return this.#generations.some(({ replacedMs }) => replacedMs === null);
  }

  /**
   * Looks what has happened; `nowMs` is any clock that goes on. Events are handed out before the
   * returned promise resolves.
   *
   * @throws AccessError if the log is there but cannot be read.
   */
  async poll(nowMs: number): Promise<void> {
    const current = this.#generations.find(({ replacedMs }) => replacedMs === null) ?? null;
    const stat = statIfThere(this.#path);
    for (const generation of this.#generations) this.#look(generation, nowMs);
    await this.#settled();
    if (stat !== null && !current?.file.isSame(stat)) {
      if (current !== null) current.replacedMs = nowMs;
      this.#begin(stat);
      await this.#settled();
    }
    this.#generations = this.#generations.filter(({ file }) => !file.isOver);
    if (this.#failure !== null) throw this.#failure;
  }

  /** Stops, and closes what is open. */
  close(): void {
    for (const { file } of this.#generations) file.close();
    this.#generations = [];
  }

  /** Follows the file that the path means now, from its start or, the first time, near its end. */
  #begin(stat: Stats): void {
    const isReplacement = !this.#isFirst;
    const backlog = this.#isFirst ? this.#options.backlogBytes : Number.POSITIVE_INFINITY;
    const file = GrowingFile.open(this.#path, Math.max(0, stat.size - backlog));
    if (file === null) return;
    this.#isFirst = false;
    const backlogEnd = isReplacement ? 0 : stat.size;
    this.#follow(file, backlogEnd, null);
    if (this.#generations.length > mostGenerations) this.#generations.shift()?.file.close();
    if (!isReplacement) return;
    this.rotations++;
    this.#readMissed();
  }

  #look(generation: Generation, nowMs: number): void {
    const { file, replacedMs } = generation;
    if (file.look() === "cut") {
      this.truncations++;
      this.#follow(GrowingFile.reopen(file), 0, replacedMs);
      return;
    }
    if (replacedMs === null) return;
    // Whoever rotates unlinks a file when its last writer has left.
    if (file.isUnlinked() || nowMs - replacedMs > lateWritersMs) file.endIfRead();
  }

  #follow(file: GrowingFile, backlogEnd: number, replacedMs: number | null): void {
    const { maxLineBytes } = this.#options;
    const reader = new LineReader(file, {
      maxLineBytes,
      blockBytes: 64 * 1024,
      isFileStart: file.from === 0,
    });
    // What begins in the middle of a line is not its first.
    let isWhole = file.from === 0;
    const read = async () => {
      do {
        while (reader.next()) {
          if (isWhole) this.#hand(reader, file.from + reader.offset < backlogEnd);
          isWhole ||= reader.terminator === "newline";
        }
      } while (await reader.fill());
    };
    const reading = read().catch((error: unknown) => {
      this.#failure ??= error;
    });
    this.#generations.push({ file, replacedMs, reading });
  }

  #hand(reader: LineSpan, isBacklog: boolean): void {
    const { maxLineBytes } = this.#options;
    for (const event of this.tally.decode(this.#path, reader, maxLineBytes)) {
      this.tally.events++;
      this.#take(event, isBacklog);
    }
  }

  /**
   * Reads what was rotated away between two looks: of the archives that have come since, the oldest is
   * the file that was followed, the others nobody has seen.
   */
  #readMissed(): void {
    const before = this.#archives;
    this.#archives = listArchiveBases(this.#path);
    const come = [...this.#archives].filter((base) => !before.has(base)).sort();
    for (const base of come.slice(1)) {
      this.rotations++;
      this.#reading = this.#reading.then(() =>
        readArchive(this.#path, base, this.#options.maxLineBytes, (line) =>
          this.#hand(line, false),
        ),
      );
    }
  }

  /** Waits until what has been read is handed out. */
  async #settled(): Promise<void> {
    await this.#reading.catch((error: unknown) => {
      this.#failure ??= error;
    });
    this.#reading = Promise.resolve();
    for (const { file, reading } of this.#generations) {
      await file.drained();
      if (file.isOver) await reading;
    }
  }
}

function statIfThere(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot look at the log ${path}: ${reason}`, errorCode(error));
  }
}
