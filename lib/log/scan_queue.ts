import type { Problem } from "../report/log_report.ts";
import { EventStream } from "./event_stream.ts";
import type { OpenLog } from "./file_source.ts";
import type { LogSource } from "./open_logs.ts";
import { peekBytes } from "./queued_log.ts";
import type { TimeRange } from "./read_options.ts";
import type { LogScan } from "./scan_log.ts";
import { Tally } from "./tally.ts";

/** What the scan of one file has counted. */
type ScanCounts = Pick<LogScan, "lines" | "nulHoles" | "bytesRead" | "fallbackLines">;

/** One of several logs that are scanned one after the other. */
export class QueuedScan {
  readonly source: LogSource;
  /** Its place in the order of names, which decides ties of time. */
  readonly index: number;
  readonly tally = new Tally();
  /** The time that it is about; null if the manifest does not know. */
  readonly range: TimeRange | null;
  /** A time not after its first event. */
  seconds: number;
  counts: ScanCounts = { lines: 0, nulHoles: 0, bytesRead: 0, fallbackLines: 0 };

  /** Problems before its first event; null as long as none has come. */
  #leading: number | null = null;
  #open: OpenLog | null = null;
  #isClosed = false;

  constructor(source: LogSource, index: number) {
    this.source = source;
    this.index = index;
    const { first = null, last = null } = source.entry ?? {};
    this.range =
      first === null || last === null ? null : { firstSeconds: first, lastSeconds: last };
    this.seconds = first ?? Number.NEGATIVE_INFINITY;
  }

  /** Finds out when it begins, by looking into it; `keeps` leaves it open meanwhile. */
  async peek(maxLineBytes: number, keeps: boolean): Promise<void> {
    const open = this.open();
    const stream = new EventStream(open.read(), new Tally(), maxLineBytes, peekBytes);
    if (await stream.advance()) {
      this.seconds = stream.head?.timestampSeconds ?? this.seconds;
      stream.close();
    }
    if (keeps || this.source.isHeld) return;
    open.close();
    this.#open = null;
  }

  /** Opens it, unless it is open. */
  open(): OpenLog {
    this.#open ??= this.source.open();
    return this.#open;
  }

  /** Closes it if it can be opened again: a finished archive does not change. */
  rest(): void {
    if (this.source.isHeld) return;
    this.#open?.close();
    this.#open = null;
  }

  /** What is still open, or was opened again, and how to close that. */
  reopen(): { readonly log: OpenLog; close(): void } {
    if (this.source.isHeld) return { log: this.open(), close: () => {} };
    const log = this.source.open();
    return { log, close: () => log.close() };
  }

  /** Closes it for good. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.source.isHeld) this.open().close();
    else this.#open?.close();
  }

  /** Says that an event has come. */
  noteEvent(): void {
    this.#leading ??= this.tally.first.length;
  }

  /** Its problems before its first event, and those behind it. */
  problems(): readonly [leading: readonly Problem[], rest: readonly Problem[]] {
    const { first } = this.tally;
    const leading = this.#leading ?? first.length;
    return [first.slice(0, leading), first.slice(leading)];
  }

  /** Size after unpacking. */
  get bytes(): number {
    return this.counts.bytesRead;
  }
}
