import type { ClickHouse } from "./client.ts";
import { type EventPlace, onEveryServer } from "./event_place.ts";
import { isOdd, sampleKey, sampleSteps, samplesSql } from "./measure_sql.ts";
import type { PairNumbers } from "./pair_numbers.ts";
import { planColumns, planForm, planTable } from "./plan_rows.ts";
import { type RequestScope, requestArrays } from "./request_arrays.ts";
import { orderHash } from "./request_orders.ts";

/** What was measured of one series. */
export interface MeasuredSeries {
  /** As `sampleNumber` makes it. */
  readonly series: number;
  readonly n: number;
  // Microseconds: how long samples are together, at least and at most, and before the first audio.
  readonly sum: number;
  readonly least: number;
  readonly most: number;
  readonly wait: number;
  /** Requests that have a sample. */
  readonly requests: number;
  /** Every length in microseconds, or the number of every bucket of lengths, in any order. */
  readonly keys: readonly number[];
  /** How many samples have each. */
  readonly counts: readonly number[];
}

/** Always true: old versions do not find columns of a join that only lambdas speak of. */
const namesCaptured = "length(times) = length(metas) AND finalized <= length(times)";

/** What is to be measured. */
export interface MeasureWishes {
  /** Plans, as `planRow` makes them. */
  readonly rows: readonly string[];
  /** Whether samples of one of `ownSeries` are told apart by length, not by bucket. */
  readonly isExact: (series: number) => boolean;
  /** Samples of other series are left out. */
  readonly only?: readonly number[] | null;
}

/**
 * Measures all requests that have a plan by it, where the events lie: what comes back is as much as there
 * are different lengths in series that are told exactly, and buckets in the others.
 *
 * @throws ClickHouseError if the server cannot be asked.
 */
export async function* askMeasures(
  server: ClickHouse,
  place: EventPlace,
  pairs: PairNumbers,
  scope: RequestScope,
  { rows, isExact, only = null }: MeasureWishes,
): AsyncGenerator<MeasuredSeries> {
  const arrays = requestArrays(place.local, pairs, { ...scope, metadata: "summary" });
  const requests =
    `SELECT ${sampleSteps.join(", ")}, ${samplesSql(isExact)} AS samples FROM ` +
    `(SELECT times, metas, ${planColumns.join(", ")} FROM ` +
    `(SELECT times, metas, ${orderHash} AS h FROM (${arrays}) WHERE NOT ${isOdd}) AS ordered ` +
    `ALL INNER JOIN ${planTable} USING h) WHERE ${namesCaptured}`;
  const each =
    `SELECT tupleElement(x, 1) AS series, tupleElement(x, 3) - tupleElement(x, 2) AS d, nth, ` +
    `greatest(toInt64(0), least(tupleElement(x, 3), until) - tupleElement(x, 2)) AS w ` +
    `FROM (SELECT until, samples FROM (${requests})) ` +
    `ARRAY JOIN samples AS x, arrayEnumerateUniq(arrayMap(y -> tupleElement(y, 1), samples)) AS nth` +
    (only === null ? "" : ` WHERE series IN (${only.join(",")})`);
  const parts =
    `SELECT series, ${sampleKey} AS k, count() AS c, sum(d) AS sd, min(d) AS lo, max(d) AS hi, ` +
    `sum(w) AS sw, sum(nth = 1) AS r FROM (${each}) GROUP BY series, k`;
  const groups = onEveryServer(
    place,
    "series, k, sum(c) AS gc, sum(sd) AS gd, min(lo) AS gl, max(hi) AS gh, sum(sw) AS gw, sum(r) AS gr",
    parts,
  );
  const columns =
    "series, sum(gc) AS n, sum(gd) AS sum, min(gl) AS least, max(gh) AS most, sum(gw) AS wait, " +
    "sum(gr) AS requests, groupArray(k) AS keys, groupArray(gc) AS counts";
  const { body, settings } = planForm(rows);
  const sql = `SELECT ${columns} FROM (${groups} GROUP BY series, k) GROUP BY series FORMAT JSONEachRow`;
  const own = { output_format_json_quote_64bit_integers: 0, ...settings };
  yield* server.rows<MeasuredSeries>({ sql, body, settings: own });
}
