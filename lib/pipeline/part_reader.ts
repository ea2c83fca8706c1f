import type { EventTaker } from "../event/scanner/event_taker.ts";
import type { RandomAccess } from "../log/descriptor_source.ts";
import { rangeOf } from "../log/file_range.ts";
import type { LogFile } from "../log/file_source.ts";
import { joinReports } from "../log/join_reports.ts";
import type { ReadReport } from "../log/read_log.ts";
import { countReads, type ReadProgress } from "../log/read_progress.ts";
import { LogScan, type ScanOptions } from "../log/scan_log.ts";
import { Tally } from "../log/tally.ts";
import type { AssemblerBounds } from "../request/bounds.ts";
import { Collector } from "../request/collect.ts";
import { RequestTable } from "../request/request_table.ts";
import { fingerprintOf } from "../request/table_fingerprint.ts";
import { Findings, type FindingWishes } from "./findings.ts";

/** How the parts of a log are read. */
export interface PartOptions extends ScanOptions {
  readonly wishes: FindingWishes;
  readonly idleSeconds: number;
  /** Other than the usual ones for those who have to see one reached. */
  readonly bounds?: AssemblerBounds;
}

/** What is counted of a stretch of a log: its requests are those that were handed out in it. */
export interface PartCounts {
  readonly report: ReadReport;
  readonly requests: number;
  readonly closedEarly: number;
}

/** How much of the room for names a reader has taken, which all of a log share. */
export interface NameUse {
  /** Pairs of service and event name that the scanner has met, and bytes that they take. */
  readonly met: number;
  readonly bytes: number;
  /** Pairs that have got a number. */
  readonly named: number;
}

/** Ends the reading of a stretch whose findings could not be joined to those of another. */
class OrderMatters extends Error {}

/** Reads a log, or a part of it from some line on, and finds what is wished for. */
export class PartReader {
  readonly findings: Findings;
  /** False once the file has ended. */
  hasMore = true;

  readonly #file: RandomAccess;
  readonly #progress: Pick<ReadProgress, "add"> | undefined;
  readonly #scan: LogScan;
  readonly #table: RequestTable;
  readonly #collector: Collector;
  readonly #reports: ReadReport[] = [];
  #readTo = 0;
  /** What was counted before the stretch that counts. */
  #requestsBefore = 0;
  #closedEarlyBefore = 0;

  /** `progress` is told of what is read of the part itself. */
  constructor(file: RandomAccess, options: PartOptions, progress?: Pick<ReadProgress, "add">) {
    this.#file = file;
    this.#progress = progress;
    this.#scan = new LogScan(rangeOf(file, 0, 0), new Tally(), options);
    this.findings = new Findings(options.wishes);
    const { scanner } = this.#scan;
    const { captures, sessions, places } = this.findings.needs;
    const wishes = {
      captureWidth: captures.width,
      kvCacheAt: captures.kvCacheAt,
      sessions,
      places,
    };
    this.#table = new RequestTable(scanner, options.idleSeconds, wishes, options.bounds);
    this.#collector = new Collector(this.#table, this.findings.names, scanner, captures);
  }

  /**
   * Begins where a line does. What stands from `leadFrom` on is read only to know what goes on there:
   * what is complete before `from` does not count.
   *
   * @throws AccessError if the file cannot be read.
   */
  async begin(leadFrom: number, from: number): Promise<void> {
    const lead = rangeOf(this.#file, leadFrom, from);
    if (leadFrom < from) await this.#scanRange(lead, leadFrom, this.#collector);
    this.#readTo = from;
    this.#requestsBefore = this.#table.requests;
    this.#closedEarlyBefore = this.#table.closedEarly;
    this.findings.begin(this.#scan.scanner.engine);
  }

  /** Reads on up to another place where a line begins, or to the end of the file. */
  async readTo(to: number): Promise<void> {
    await this.#readOn(to, this.#collector);
  }

  /** Reads on like `readTo`, but no longer than what is found is free of order; false if it is not. */
  async readFreeTo(to: number): Promise<boolean> {
    try {
      await this.#readOn(to, whileOrderFree(this.#collector, this.findings));
      return true;
    } catch (error) {
      if (error instanceof OrderMatters) return false;
      throw error;
    }
  }

  /** Closes all requests: there are no more lines. */
  end(): void {
    this.#table.end();
  }

  /** What goes on where the reader stands; see `fingerprintOf`. */
  fingerprint(): string {
    return fingerprintOf(this.#scan.scanner.engine, this.findings.names);
  }

  /** What has been read since the beginning. */
  counts(): PartCounts {
    return {
      report: joinReports(this.#reports),
      requests: this.#table.requests - this.#requestsBefore,
      closedEarly: this.#table.closedEarly - this.#closedEarlyBefore,
    };
  }

  get nameUse(): NameUse {
    const { pairTotal, pairNameBytes } = this.#scan.scanner;
    return { met: pairTotal, bytes: pairNameBytes, named: this.findings.names.size };
  }

  /** Events whose names had no place of their own. */
  get folded(): number {
    return this.#collector.folded;
  }

  async #readOn(to: number, taker: EventTaker): Promise<void> {
    const range = countReads(rangeOf(this.#file, this.#readTo, to), this.#progress);
    const report = await this.#scanRange(range, this.#readTo, taker);
    this.#reports.push(report);
    this.#readTo += report.bytesRead;
    this.hasMore = this.#readTo === to;
  }

  async #scanRange(range: LogFile, from: number, taker: EventTaker): Promise<ReadReport> {
    this.#scan.turnTo(range, new Tally(), from);
    await this.#scan.run(taker);
    return this.#scan.report();
  }
}

/** Passes events on until the order in which requests are met begins to matter. */
function whileOrderFree(taker: EventTaker, findings: Findings): EventTaker {
  const check = () => {
    if (!findings.isOrderFree) throw new OrderMatters();
  };
  return {
    takeRecords: (from, to, offset) => {
      taker.takeRecords(from, to, offset);
      check();
    },
    takeEvent: (event, fromByte, toByte, eventByte) => {
      taker.takeEvent(event, fromByte, toByte, eventByte);
      check();
    },
  };
}
