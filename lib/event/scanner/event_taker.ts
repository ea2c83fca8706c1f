import type { TimingEvent } from "../timing_event.ts";

/** Whoever takes the events of a log that is scanned, in the order of the log. */
export interface EventTaker {
  /**
   * Takes the scanner's records from one number up to another, none of which is odd. `offset` is where in
   * the log the first byte of the scanner's input stands.
   */
  takeRecords(from: number, to: number, offset: number): void;
  /**
   * Takes an event that the exact path has decoded, of a line that stands in the log from one byte to
   * another, and in it from `eventByte` on; NaN where nobody knows that any more.
   */
  takeEvent(event: TimingEvent, fromByte: number, toByte: number, eventByte: number): void;
}
