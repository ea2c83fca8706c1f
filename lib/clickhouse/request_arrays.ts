import { Events } from "../event/names.ts";
import type { EventPlace } from "./event_place.ts";
import type { PairNumbers } from "./pair_numbers.ts";
import { quoteText } from "./sql.ts";

/** How much of its metadata an event brings along. */
export type MetadataNeed =
  /** All. */
  | "all"
  /** What turns, comparisons and verdicts rest on. */
  | "figures"
  /** What a summary and its hints rest on. */
  | "summary"
  | "none";

/** Which requests are asked for, and how they are cut; times in microseconds. */
export interface RequestScope {
  readonly idleMicroseconds: number;
  /** Requests that start then or later; absent: all. */
  readonly since?: number;
  /** Requests that start before. */
  readonly until?: number;
  /** Requests whose id begins so. */
  readonly idPrefix?: string;
  readonly metadata: MetadataNeed;
}

const summaryEvents = [
  Events.STT_PAUSE_DETECTED,
  Events.V34_PROMPT_BUILT,
  Events.V34_OLLAMA_RECEIVED,
];
const figureEvents = [...summaryEvents, Events.V34_RETRIEVAL_COMPLETE];
/** Keys that any event of a request may bring. */
const figureKeys = ["session_id", "has_kv_cache"];

/**
 * SQL for one row a request: `id`, and `times` (microseconds), `pairs` and `metas`, arrays with one entry
 * an event. Events are ordered by time, ties by their place in the log; requests of one id are told apart
 * by silences longer than the idle window, as `RequestAssembler` does it.
 *
 * A row that was shipped twice and is not merged yet counts once: `groupUniqArray` over rows with their
 * keys. That costs a third more than taking all, `FINAL` on the table twice as much.
 */
export function requestArrays(
  table: EventPlace["table"],
  pairs: Pick<PairNumbers, "sql">,
  scope: RequestScope,
): string {
  const rows =
    `SELECT request_id AS id, arraySort(groupUniqArray((time, cityHash64(host, generation), offset, ` +
    `${pairs.sql}, ${metadataSql(scope.metadata)}))) AS events ` +
    `FROM ${table}${whereSql(scope)} GROUP BY request_id`;
  const columns = ["ts", "ps", "ms"].map(
    (name, index) => `arrayMap(e -> tupleElement(e, ${[1, 4, 5][index]}), events) AS ${name}`,
  );
  const cuts =
    `arrayCumSum(arrayMap((t, before) -> t - before > ${scope.idleMicroseconds}, ts, ` +
    `arrayPushFront(arrayPopBack(ts), ts[1]))) AS cuts`;
  const parts = [
    ["t", "ts", "times"],
    ["p", "ps", "pairs"],
    ["m", "ms", "metas"],
  ].map(([x, from, to]) => `arrayFilter((${x}, c) -> c = cut, ${from}, cuts) AS ${to}`);
  return (
    `SELECT id, ${parts.join(", ")} FROM (SELECT id, ${columns.join(", ")}, ${cuts} FROM (${rows})) ` +
    `ARRAY JOIN arrayDistinct(cuts) AS cut${startSql(scope)}`
  );
}

/** What of a row's metadata is asked for; nothing for an empty object. */
function metadataSql(need: MetadataNeed): string {
  if (need === "none") return "''";
  if (need === "all") return "if(metadata = '{}', '', metadata)";
  const names = (need === "summary" ? summaryEvents : figureEvents).map(quoteText).join(", ");
  const keys =
    need === "summary" ? [] : figureKeys.map((key) => `position(metadata, '${key}') > 0`);
  return `if(${[`event IN (${names})`, ...keys].join(" OR ")}, metadata, '')`;
}

/**
 * Rows that may belong to a request in scope. Up to the idle window before `since` there must be an event
 * of a request that begins earlier and goes on; how long one that begins before `until` goes on, nobody
 * knows.
 */
function whereSql({ since, idPrefix, idleMicroseconds }: RequestScope): string {
  const conditions = [
    ...(since === undefined ? [] : [`time >= ${since - idleMicroseconds}`]),
    ...(idPrefix === undefined ? [] : [`request_id LIKE ${quoteText(likePrefix(idPrefix))}`]),
  ];
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

function startSql({ since, until }: RequestScope): string {
  const conditions = [
    ...(since === undefined ? [] : [`times[1] >= ${since}`]),
    ...(until === undefined ? [] : [`times[1] < ${until}`]),
  ];
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

/** A pattern for texts that begin so: versions look those up that do not look up `startsWith`. */
function likePrefix(prefix: string): string {
  return `${prefix.replace(/[\\%_]/g, "\\$&")}%`;
}
