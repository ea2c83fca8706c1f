import type { ClockPairReport } from "./clock_report.ts";

/**
 * Who may write to a file system: only processes of this kernel, other systems too, whoever a FUSE
 * daemon lets, or nobody knows.
 */
export type Reach = "local" | "shared" | "fuse" | "unknown";

/** The file system that the log lies on. */
export interface FileSystemReport {
  /** As the kernel names it; `unknown` if it does not. */
  readonly type: string;
  readonly mountPoint: string | null;
  readonly reach: Reach;
}

/** What the log's path leads to, links followed; null if to nothing. */
export type LogKind = "file" | "folder" | "pipe" | "other" | null;

/**
 * Whether a file beside the log got a read lease: `incomplete` where leases would not tell of every
 * writer, `untried` where no file could be made.
 */
export type LeaseState = "available" | "refused" | "incomplete" | "untried";

/** A raw archive that a rotation has not finished. */
export interface UnfinishedArchive {
  readonly file: string;
  readonly bytes: number;
  /** When it was last written to, Unix seconds. */
  readonly lastWriteSeconds: number;
}

/** The archives in the log's folder. */
export interface ArchivesReport {
  readonly count: number;
  readonly bytes: number;
  readonly unfinished: readonly UnfinishedArchive[];
  /** Half-written and empty files that the next rotation looks after. */
  readonly leftovers: number;
}

/** The place of the log as it is on disk. Reasons for a refusal are null where there is none. */
export interface PlaceReport {
  /** Absolute. */
  readonly log: string;
  /** The rule that chose it. */
  readonly rule: string;
  readonly kind: LogKind;
  readonly isLink: boolean;
  readonly bytes: number | null;
  /** Permission bits, as in 0o640. */
  readonly mode: number | null;
  readonly owner: number | null;
  readonly links: number | null;
  readonly readRefusal: string | null;
  readonly writeRefusal: string | null;
  readonly rotateRefusal: string | null;
  readonly fileSystem: FileSystemReport;
  /** Bytes that this user may still write; null if unknown. */
  readonly freeBytes: number | null;
  readonly lease: LeaseState;
  readonly lock: { readonly state: "free" | "held" | "unknown"; readonly holder: number | null };
  /** Null if the folder cannot be read. */
  readonly archives: ArchivesReport | null;
}

/** A service that has written within the last hour. */
export interface WriterReport {
  readonly service: string;
  readonly events: number;
  /** Its last event, Unix seconds. */
  readonly lastSeconds: number;
}

/** Effects logged before their causes: by a hop from one service to another, or within a span. */
export interface ClockReport {
  /** The services of a hop, `stt→v34`, or the name of a span. */
  readonly name: string;
  /** How often it was so, out of how many. */
  readonly n: number;
  readonly of: number;
  /** By how much the effect came too early. */
  readonly medianMs: number;
}

/** What the events tell of those who write them. */
export interface EventHealthReport {
  readonly lastSeconds: number | null;
  /** Those of the last hour, by name. */
  readonly writers: readonly WriterReport[];
  /** Hops that took negative time: the clocks of two services disagree. */
  readonly clocks: readonly ClockReport[];
  /** How far the clocks of services that talk to each other are apart. */
  readonly offsets: readonly ClockPairReport[];
  /** Spans whose end was logged before their start: a clock was set back. */
  readonly reversed: readonly ClockReport[];
  /** Events that have not happened yet. */
  readonly future: {
    readonly events: number;
    readonly services: readonly string[];
    /** How far the furthest one is ahead. */
    readonly aheadSeconds: number;
  };
}

/** How good a thing is: `care` asks for somebody to do something. */
export type Verdict = "good" | "note" | "care";

/** One line of the report: what was looked at, what was found, and what to do if that is not good. */
export interface Check {
  readonly name: string;
  readonly verdict: Verdict;
  readonly value: string;
  readonly advice: string | null;
}
