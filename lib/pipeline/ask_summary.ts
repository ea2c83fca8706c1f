import type { ClickHouse } from "../clickhouse/client.ts";
import { type EventPlace, findEvents } from "../clickhouse/event_place.ts";
import { PairNumbers } from "../clickhouse/pair_numbers.ts";
import type { RequestScope } from "../clickhouse/request_arrays.ts";
import { askFacts } from "../clickhouse/request_facts.ts";
import { askMeasures } from "../clickhouse/request_measures.ts";
import { askOrders, type OrderLimits } from "../clickhouse/request_orders.ts";
import { eventsOfRow } from "../clickhouse/request_rows.ts";
import { analyzeRequest } from "../request/describe.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { hintFactsOf } from "../request/hint_facts.ts";
import { traceStart } from "../request/request_trace.ts";
import { RequestSummary } from "../request/summarize.ts";
import { handOut, readingOfServer, timesOf } from "./ask_requests.ts";
import { AskedPlans } from "./asked_plans.ts";
import { askedServer } from "./asked_server.ts";
import { type Analysis, concludeSummary, type ReaderOptions } from "./reading.ts";

/** Requests of further orders, or longer ones, come here to be measured. */
const usualLimits: OrderLimits = { most: 1_000, leastRequests: 2, mostEvents: 256 };

/**
 * The summary over requests in ClickHouse, measured there: this side asks in which orders events come,
 * makes a plan for each by the plain rules, and sends the plans. Requests of rare orders and those that
 * the engine could read wrongly come here to be measured by the plain rules. Null where a log lies
 * elsewhere, where something is selected beside a stretch of time, and where names are too many.
 *
 * Memory: at most 10 000 samples of each series, and a request.
 *
 * @throws AccessError if the server cannot be asked.
 */
export async function askSummary(
  options: ReaderOptions,
  limits: OrderLimits = usualLimits,
): Promise<Analysis | null> {
  const server = askedServer(options);
  const { sinceSeconds: _, untilSeconds: __, all: ___, ...others } = options.selection;
  if (server === null || Object.keys(others).length > 0) return null;
  if (options.correctClocks === true) return null;
  options.beforeLongWork?.();
  const place = await findEvents(server);
  const pairs = await PairNumbers.ask(server, place);
  if (!pairs.isNumbered) return null;
  const idleMicroseconds = Math.round(options.idleSeconds * 1e6);
  const times = timesOf(options.selection);
  const scope: RequestScope = { idleMicroseconds, ...times, metadata: "summary" };
  const orders = await askOrders(server, place, pairs, scope, limits);
  const summary = new RequestSummary();
  const plans = new AskedPlans(orders, pairs, summary);
  if (plans.areTooManyNames) return null;
  const asked = { server, place, pairs, scope };
  await measure(asked, plans);
  plans.mergeInto(summary);
  const evidence = new HintEvidenceBuilder();
  const counts = await readFacts(asked, plans, { summary, evidence, options });
  const isWhole = Object.keys(times).length === 0;
  const { requests } = summary;
  return {
    ...concludeSummary(summary, evidence, options),
    log: {
      ...(await readingOfServer(server, isWhole)),
      events: counts.events,
      requests,
      closedEarly: counts.closedEarly,
      folded: summary.folded,
    },
    selected: requests,
    searched: { requests, oldestSeconds: counts.oldestSeconds },
    otherIds: [],
  };
}

interface Question {
  readonly server: ClickHouse;
  readonly place: EventPlace;
  readonly pairs: PairNumbers;
  readonly scope: RequestScope;
}

/** Has the requests measured, and once more those series that turn out shorter than expected. */
async function measure(
  { server, place, pairs, scope }: Question,
  plans: AskedPlans,
): Promise<void> {
  if (plans.rows.length === 0) return;
  let only: readonly number[] | null = null;
  do {
    const wishes = { rows: plans.rows, isExact: plans.isExact, only };
    for await (const one of askMeasures(server, place, pairs, scope, wishes)) plans.add(one);
    only = plans.refine();
  } while (only.length > 0);
}

/** Takes what hints and clocks rest on, in the order of requests, and measures those that have no plan. */
async function readFacts(
  { server, place, pairs, scope }: Question,
  plans: AskedPlans,
  into: {
    readonly summary: RequestSummary;
    readonly evidence: HintEvidenceBuilder;
    readonly options: ReaderOptions;
  },
) {
  const { summary, evidence, options } = into;
  const counts = { events: 0, closedEarly: 0, oldestSeconds: null as number | null };
  const note = (seconds: number) => {
    counts.oldestSeconds = Math.min(counts.oldestSeconds ?? seconds, seconds);
  };
  for await (const row of askFacts(server, place, pairs, scope, plans.rows)) {
    counts.events += row.events;
    if (row.plan > 0) {
      note(row.start / 1e6);
      const { plan, instants, facts } = plans.read(row);
      for (const exchange of plan.exchanges) summary.clocks.addOne(exchange, instants);
      evidence.keep(facts);
      continue;
    }
    const events = eventsOfRow(row, pairs, server);
    counts.closedEarly += handOut(events, options.idleSeconds, (trace) => {
      note(traceStart(trace));
      summary.add(analyzeRequest(trace));
      evidence.keep(hintFactsOf(trace.events));
    });
  }
  return counts;
}
