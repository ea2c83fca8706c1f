import { llmKeys, pauseKeys, promptKeys } from "../request/hint_facts.ts";
import type { ClickHouse } from "./client.ts";
import type { EventPlace } from "./event_place.ts";
import { isOdd, toldSql } from "./measure_sql.ts";
import type { PairNumbers } from "./pair_numbers.ts";
import { planForm, planTable } from "./plan_rows.ts";
import { type RequestScope, requestArrays } from "./request_arrays.ts";
import { orderHash } from "./request_orders.ts";
import { type RequestRow, rowSettings } from "./request_rows.ts";

/** What hints and clocks rest on in one request, or all of one that is to be measured by the plain rules. */
export interface FactRow extends RequestRow {
  /** How many events there are. */
  readonly events: number;
  /** Start, microseconds. */
  readonly start: number;
  /** The number of its plan; 0 for none: then the arrays are filled, else they are empty. */
  readonly plan: number;
  /** The places that its plan looks at, microseconds since the start. */
  readonly seen: readonly number[];
  /** JSON under the keys of hints, in the order of `factKeys`; empty where there is none. */
  readonly told: readonly string[];
}

/** What of a row of `askFacts` is told of metadata: by which event of the plan, and under which key. */
export const factKeys = [
  ...llmKeys.map((key) => ["answer", key] as const),
  ...promptKeys.map((key) => ["prompt", key] as const),
  ...pauseKeys.map((key) => ["pause", key] as const),
];

/**
 * Hands out what hints and clocks rest on, request by request, oldest first, ties by id: a row that is
 * short where the request has a plan and nothing about it is odd.
 *
 * @throws ClickHouseError if the server cannot be asked.
 */
export async function* askFacts(
  server: ClickHouse,
  { table }: EventPlace,
  pairs: PairNumbers,
  scope: RequestScope,
  plans: readonly string[],
): AsyncGenerator<FactRow> {
  const arrays = requestArrays(table, pairs, { ...scope, metadata: "summary" });
  const told = factKeys.map(([place, key]) => toldSql(place, key));
  const whole = ["times", "pairs", "metas"].map(
    (name) => `if(planned = 0, ${name}, emptyArray${arrayTypes(pairs)[name] ?? ""}()) AS ${name}_`,
  );
  const rows =
    `SELECT id, length(times) AS events, times[1] AS start, if(${isOdd}, 0, plan) AS planned, ` +
    `if(planned = 0, emptyArrayInt64(), arrayMap(p -> times[p] - times[1], looked)) AS seen, ` +
    `if(planned = 0, emptyArrayString(), [${told.join(", ")}]) AS told, ${whole.join(", ")} ` +
    `FROM (SELECT id, times, pairs, metas, plan, looked, prompt, answer, pause FROM ` +
    `(SELECT id, times, pairs, metas, ${orderHash} AS h FROM (${arrays})) AS ordered ` +
    `ALL LEFT JOIN ${planTable} USING h)`;
  const sql =
    `SELECT id, events, start, planned AS plan, seen, told, times_ AS times, pairs_ AS pairs, ` +
    `metas_ AS metas FROM (${rows}) ORDER BY start, id FORMAT JSONEachRow`;
  const { body, settings } = planForm(plans);
  yield* server.rows<FactRow>({ sql, body, settings: { ...rowSettings, ...settings } });
}

function arrayTypes({ isNumbered }: PairNumbers): Readonly<Record<string, string>> {
  return { times: "Int64", pairs: isNumbered ? "UInt16" : "String", metas: "String" };
}
