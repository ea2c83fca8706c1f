import type { ClickHouse } from "../clickhouse/client.ts";
import { findEvents } from "../clickhouse/event_place.ts";
import { askNewestStarts, askTimes } from "../clickhouse/newest_starts.ts";
import { PairNumbers } from "../clickhouse/pair_numbers.ts";
import type { MetadataNeed, RequestScope } from "../clickhouse/request_arrays.ts";
import { askRequestRows } from "../clickhouse/request_rows.ts";
import { askShippedLog } from "../clickhouse/shipped_ranges.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { LogReport } from "../report/log_report.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { usualBounds } from "../request/bounds.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import type { Selection } from "../request/select.ts";
import type { ReaderOptions, Sought } from "./reading.ts";

/** What of the requests in ClickHouse is asked for. */
export interface Asked {
  readonly idleSeconds: number;
  /** Those in scope of at least one of these; absent: all. */
  readonly selections?: readonly Selection[];
  /** What of their metadata is to come along. */
  readonly metadata: MetadataNeed;
}

/**
 * Hands out the requests that lie in ClickHouse, oldest first: those that the selections may choose, and
 * perhaps others. `pause` is waited for between requests.
 *
 * Memory: a request, and what the answer brings at once.
 *
 * @throws AccessError if the server cannot be asked.
 */
export async function askRequests(
  server: ClickHouse,
  { idleSeconds, selections, metadata }: Asked,
  take: (trace: RequestTrace) => void,
  pause: () => Promise<void> | null = () => null,
): Promise<Omit<LogReport, "folded">> {
  const place = await findEvents(server);
  const idleMicroseconds = Math.round(idleSeconds * 1e6);
  const part = await partOf(selections ?? [{}], (wanted) =>
    askNewestStarts(server, place, wanted, idleMicroseconds),
  );
  const pairs =
    part.idPrefix === undefined ? await PairNumbers.ask(server, place) : PairNumbers.none;
  const scope = { idleMicroseconds, metadata, ...part };
  const counts = { events: 0, requests: 0, closedEarly: 0 };
  const hand = (trace: RequestTrace) => {
    counts.requests++;
    take(trace);
  };
  for await (const events of askRequestRows(server, place, pairs, scope)) {
    counts.events += events.length;
    counts.closedEarly += handOut(events, idleSeconds, hand);
    const wait = pause();
    if (wait !== null) await wait;
  }
  return { ...(await readingOfServer(server, isWhole(part))), ...counts };
}

/**
 * Answers a selection from the part of the requests in ClickHouse that it takes.
 *
 * @throws AccessError if the server cannot be asked.
 */
export async function askSelected(
  server: ClickHouse,
  options: ReaderOptions,
  take: (trace: RequestTrace) => void,
  pause: () => Promise<void> | null = () => null,
): Promise<Sought> {
  options.beforeLongWork?.();
  const { selection } = options;
  const asked = { ...askedOf(options), selections: [selection] };
  const log = await askRequests(server, asked, take, pause);
  if (selection.request === undefined) return { log, search: null };
  // All was looked through, but nobody counted requests.
  const [oldest] = (await askTimes(server)) ?? [null];
  const oldestSeconds = oldest === null ? null : oldest / 1e6;
  return { log, search: { searched: { requests: null, oldestSeconds } } };
}

/** What is asked for all requests of a log. */
export function askedOf({ idleSeconds, measuresOnly, parts }: ReaderOptions): Asked {
  const metadata = measuresOnly === true ? "figures" : "all";
  return { idleSeconds, metadata, ...(parts === undefined ? {} : { selections: parts }) };
}

/**
 * Hands out the request that these events are, which come in order; returns how often it was closed early
 * for having too many.
 */
export function handOut(
  events: readonly TimingEvent[],
  idleSeconds: number,
  take: (trace: RequestTrace) => void,
): number {
  if (events.length <= usualBounds.eventsPerRequest) {
    take({ id: events[0]?.requestId ?? "", events });
    return 0;
  }
  const assembler = new RequestAssembler(idleSeconds, take);
  for (const event of events) assembler.add(event);
  assembler.end();
  return assembler.closedEarly;
}

/** What an answer from a server says of the logs that were shipped to it. */
export async function readingOfServer(
  server: ClickHouse,
  isWhole: boolean,
): Promise<Omit<LogReport, "folded" | "events" | "requests" | "closedEarly">> {
  const shipped = await askShippedLog(server);
  return {
    files: [server.address.text],
    scope: isWhole ? "whole" : "part",
    bytesRead: shipped.bytes,
    ...shipped,
  };
}

/** What the server need not look beyond. */
type Part = Pick<RequestScope, "since" | "until" | "idPrefix">;

function isWhole({ since, until, idPrefix }: Part): boolean {
  return since === undefined && until === undefined && idPrefix === undefined;
}

/** What of selections the server can decide; the selector has the last word. */
async function partOf(
  selections: readonly Selection[],
  askStart: (wanted: number) => Promise<number | null>,
): Promise<Part> {
  const [only = {}] = selections;
  const conditions = Object.keys(only).filter((condition) => condition !== "all");
  if (selections.length === 1 && conditions.length === 1 && only.tail !== undefined) {
    const since = await askStart(only.tail);
    return since === null ? {} : { since };
  }
  const times = timesOf({
    sinceSeconds: Math.min(
      ...selections.map((one) => one.sinceSeconds ?? Number.NEGATIVE_INFINITY),
    ),
    untilSeconds: Math.max(
      ...selections.map((one) => one.untilSeconds ?? Number.POSITIVE_INFINITY),
    ),
  });
  const isOne = selections.length === 1 && only.request !== undefined;
  return { ...times, ...(isOne ? { idPrefix: only.request } : {}) };
}

/** The times of a selection in microseconds. */
export function timesOf({
  sinceSeconds = Number.NEGATIVE_INFINITY,
  untilSeconds = Number.POSITIVE_INFINITY,
}: Selection): Pick<RequestScope, "since" | "until"> {
  return {
    ...(Number.isFinite(sinceSeconds) ? { since: Math.round(sinceSeconds * 1e6) } : {}),
    ...(Number.isFinite(untilSeconds) ? { until: Math.round(untilSeconds * 1e6) } : {}),
  };
}
