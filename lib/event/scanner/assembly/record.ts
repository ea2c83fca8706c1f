import { wordOf } from "./text.ts";

/** A line as the scanner tells of it. The host knows this layout too, by the name of `field`. */
@unmanaged export class LineRecord {
  /** Unix seconds. */
  timestamp: f64;
  /** Where the line begins; places are addresses of memory. */
  start: i32;
  /** Behind its last byte, without the line end. */
  end: i32;
  /** Where the metadata begins. */
  metadata: i32;
  /** Number of service and event name in the table of pairs; -1 for an odd line. */
  pair: i32;
  idLength: i32;
  idStart: i32;
  /** The id's first 16 bytes, zeros behind its end. */
  id0: u64;
  id1: u64;
  /** Value of the last session_id in the metadata, quotes included; 0 if there is none. */
  session: i32;
  sessionEnd: i32;
  /** Behind the last byte of the metadata. */
  metadataEnd: i32;
  /** What has_kv_cache in the metadata says: 2 for true, 1 for false, 0 for anything else. */
  kvCache: i32;

  /** Keeps where the id stands, and how it begins. */
  @inline keepId(id: usize, length: i32): void {
    this.idStart = <i32>id;
    this.idLength = length;
    this.id0 = wordOf(id, length);
    this.id1 = wordOf(id + 8, length - 8);
  }
}

/** Bytes that a record takes: a multiple of eight, for the float64 in it. */
export const recordBytes: usize = (offsetof<LineRecord>() + 7) & ~7;
