/** A range of a log on its way: its events and its counts, as rows. */
export interface Parcel {
  /** For messages: `bytes 0 to 4194380 of latency.log`. */
  readonly what: string;
  /** What tells it from every other one, its content included: the same name is never given to other rows. */
  readonly name: string;
  readonly generation: string;
  /** Where in the log it begins and ends. */
  readonly from: number;
  readonly to: number;
  /** Its row of the ranges' table, a line. */
  readonly range: string;
  /** Rows of its events, a line each. */
  readonly events: Uint8Array<ArrayBuffer>;
  readonly eventRows: number;
}
