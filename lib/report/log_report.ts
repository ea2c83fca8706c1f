/** Some bytes of the log that are no event. */
export interface Problem {
  readonly file: string;
  /** The line, counted from 1; null where only a part of the file was read. */
  readonly line: number | null;
  /** The first byte, counted from the start of the file after unpacking. */
  readonly offset: number;
  readonly kind: string;
  readonly detail: string;
  /** The beginning of the bytes, escaped and cut. */
  readonly excerpt: string;
}

/** What was read, and what of it was damaged. Nothing is dropped without a count here. */
export interface LogReport {
  readonly files: readonly string[];
  /** `part` when a seek answered without reading the whole. */
  readonly scope: "whole" | "part";
  /** Size of the input after unpacking, and how much of it was read. */
  readonly bytes: number;
  readonly bytesRead: number;
  /** Line ends, plus unended last lines. */
  readonly lines: number;
  readonly events: number;
  readonly requests: number;
  /** Events saved from behind torn bytes or another event. */
  readonly recovered: number;
  readonly blank: number;
  readonly nulHoles: number;
  /** Requests closed before their time because a bound was reached. */
  readonly closedEarly: number;
  /** Samples counted under `other` because a table of names was full. */
  readonly folded: number;
  /** Lines that the fast path left to the exact one. */
  readonly fallbackLines: number;
  readonly problems: {
    readonly total: number;
    /** Every kind, also those that did not occur. */
    readonly kinds: Readonly<Record<string, number>>;
    /** The first problems met; the list is bounded, the counts are not. */
    readonly first: readonly Problem[];
  };
}
