import { createHash } from "node:crypto";
import type { TakeRow } from "./event_rows.ts";
import { rangeBytes, rangeIndex } from "./range_cutter.ts";

/** What events of one range add up to, whatever their order. */
export interface RowSum {
  readonly rows: number;
  /** The sum of `halfMD5` of each row, modulo 2⁶⁴, in decimals. */
  readonly sum: string;
}

/**
 * What of a row is hashed, as SQL: all its columns but host and generation, with lengths, so that no two
 * rows have the same text. `halfMD5` is the first half of MD5, big-endian, in every version of ClickHouse.
 */
export const rowHashSql =
  "halfMD5(concat(toString(offset), ' ', toString(time), ' ', toString(length(request_id)), ' ', " +
  "toString(length(service)), ' ', toString(length(event)), ' ', request_id, service, event, metadata))";

/** The number of the range to which an offset belongs, as SQL. */
export const rangeIndexSql = `intDiv(offset - (offset > 0), ${rangeBytes})`;

/** Adds up the rows of a log here, as ClickHouse does there. Memory: a few numbers for each range. */
export class RowSums {
  readonly #sums = new Map<number, { rows: number; high: number; low: number }>();

  /** Adds a row. */
  readonly take: TakeRow = (offset, time, requestId, service, event, metadata) => {
    const lengths = [requestId, service, event].map((text) => Buffer.byteLength(text)).join(" ");
    const text = `${offset} ${time} ${lengths} ${requestId}${service}${event}${metadata}`;
    const hash = createHash("md5").update(text).digest();
    const index = rangeIndex(offset);
    const sum = this.#sums.get(index) ?? { rows: 0, high: 0, low: 0 };
    this.#sums.set(index, sum);
    // A range has some 10 000 rows, so that a float64 adds up halves of 32 bits exactly.
    sum.rows++;
    sum.high += hash.readUInt32BE(0);
    sum.low += hash.readUInt32BE(4);
  };

  /** The sums by number of the range. */
  read(): ReadonlyMap<number, RowSum> {
    const entries = [...this.#sums].map(([index, { rows, high, low }]): [number, RowSum] => {
      const sum = BigInt.asUintN(64, (BigInt(high) << 32n) + BigInt(low));
      return [index, { rows, sum: String(sum) }];
    });
    return new Map(entries);
  }
}
