import type { TimingEvent } from "../event/timing_event.ts";
import { EventStream } from "./event_stream.ts";
import type { OpenLog } from "./file_source.ts";
import type { LogSource } from "./open_logs.ts";
import type { ReadOptions, TimeRange } from "./read_options.ts";
import { Tally } from "./tally.ts";

/** Logs in the order of their next events. */
export type LogQueue = QueuedLog[];

/** Enough to find the first event without reading far. */
export const peekBytes = 16 * 1024;

/** What has been counted in a file so far. */
interface Counts {
  readonly bytesRead: number;
  readonly lineCount: number;
  readonly nulHoles: number;
}

/** A log in the queue of several: not begun yet, being read, or over. */
export class QueuedLog {
  /** Passed over unread, because nobody wants the time that it is about. */
  isSkipped = false;
  isOver = false;

  readonly #source: LogSource;
  readonly #index: number;
  readonly #tally: Tally;
  readonly #options: ReadOptions;
  #open: OpenLog | null = null;
  #stream: EventStream | null = null;
  /** Time of the next event; of a log not begun, a time not after its first. */
  #seconds = Number.NEGATIVE_INFINITY;
  #counts: Counts = { bytesRead: 0, lineCount: 0, nulHoles: 0 };

  constructor(source: LogSource, index: number, tally: Tally, options: ReadOptions) {
    this.#source = source;
    this.#index = index;
    this.#tally = tally;
    this.#options = options;
  }

  get name(): string {
    return this.#source.name;
  }

  get isBegun(): boolean {
    return this.#stream !== null;
  }

  get head(): TimingEvent | null {
    return this.#stream?.head ?? null;
  }

  get counts(): Counts {
    return this.#stream?.reader ?? this.#counts;
  }

  /** Size after unpacking, as far as it is known. */
  get bytes(): number {
    return this.isSkipped ? (this.#source.entry?.bytes ?? 0) : this.counts.bytesRead;
  }

  /** The time that it is about; null if that is not known in advance. */
  get range(): TimeRange | null {
    const { first = null, last = null } = this.#source.entry ?? {};
    return first === null || last === null ? null : { firstSeconds: first, lastSeconds: last };
  }

  /** Finds out its place in the queue: from the manifest, by looking into it, or by beginning it. */
  async prepare(isOneOfMany: boolean): Promise<void> {
    const { range } = this;
    if (range !== null) this.#seconds = range.firstSeconds;
    else if (isOneOfMany && this.#source.isLasting) await this.#peek();
    else await this.begin();
  }

  /** Reads up to the first event and forgets what was read, so that waiting costs no memory. */
  async #peek(): Promise<void> {
    const open = this.#source.open();
    const { maxLineBytes } = this.#options;
    const stream = new EventStream(open.read(), new Tally(), maxLineBytes, peekBytes);
    if (await stream.advance()) {
      this.#seconds = stream.head?.timestampSeconds ?? this.#seconds;
      stream.close();
    }
    if (!this.#source.isHeld) open.close();
  }

  /** Opens it and steps to its first event. */
  async begin(): Promise<void> {
    const { maxLineBytes, blockBytes } = this.#options;
    this.#open = this.#source.open();
    this.#stream = new EventStream(this.#open.read(), this.#tally, maxLineBytes, blockBytes);
    await this.advance();
  }

  /** Passes over it unread. */
  skip(): void {
    this.#options.progress?.leaveOut(this.#source.size ?? 0);
    this.isSkipped = true;
    this.isOver = true;
  }

  /** Steps to its next event; false at its end, where it is closed. */
  advance(): boolean | Promise<boolean> {
    const more = this.#stream?.advance() ?? false;
    return typeof more === "boolean" ? this.#advanced(more) : more.then((is) => this.#advanced(is));
  }

  #advanced(more: boolean): boolean {
    if (more) {
      this.#seconds = this.head?.timestampSeconds ?? this.#seconds;
      return true;
    }
    this.isOver = true;
    const { bytesRead = 0, lineCount = 0, nulHoles = 0 } = this.#stream?.reader ?? {};
    // The reader's block goes: of hundreds of files only those being read hold memory.
    this.#counts = { bytesRead, lineCount, nulHoles };
    this.#stream = null;
    this.#open?.close();
    return false;
  }

  /** Which of two logs has the next event: negative if this one. */
  compare(other: QueuedLog): number {
    return this.#seconds - other.#seconds || this.#index - other.#index;
  }
}
