import type { TimingEvent } from "../timing_event.ts";

/** Whoever takes the events of a log that is scanned, in the order of the log. */
export interface EventTaker {
  /** Takes the scanner's records from one number up to another, none of which is odd. */
  takeRecords(from: number, to: number): void;
  /**
   * Takes an event that the exact path has decoded; `offset` is where in its file it begins, unless the
   * events of several files are taken in turn.
   */
  takeEvent(event: TimingEvent, offset?: number): void;
}
