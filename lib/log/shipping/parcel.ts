import { gunzipSync, gzipSync } from "node:zlib";

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
  /** Rows of its events, a line each, packed with gzip. */
  readonly events: Uint8Array<ArrayBuffer>;
  readonly eventRows: number;
}

/** Rows repeat so much that the quickest way packs them to an eighth. */
const level = 1;

/** Packs rows as a parcel holds them. */
export function packRows(rows: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(rows, { level }));
}

/** The rows of a parcel as text. */
export function unpackRows({ events }: Parcel): Uint8Array {
  return gunzipSync(events);
}
