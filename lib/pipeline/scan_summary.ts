import { PairNames } from "../event/pair_names.ts";
import { summaryCaptures } from "../request/capture_scheme.ts";
import { copyRequest, hasServiceEvent } from "../request/compact_request.ts";
import { CompactSummary, processingOf } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { compactHintFacts, type HintFacts } from "../request/hint_facts.ts";
import type { RequestPlan } from "../request/request_plan.ts";
import type { CompactRequest } from "../request/request_table.ts";
import { Choice } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { mayMatter } from "./read_requests.ts";
import { type Analysis, concludeSummary, type ReaderOptions, readingOf } from "./reading.ts";
import { scanRequests } from "./scan_requests.ts";

/** A request that may be chosen; what it is changes with the next one. */
interface Candidate {
  readonly request: CompactRequest;
  readonly plan: RequestPlan;
  readonly facts: HintFacts;
}

/**
 * The summary over the selected requests by the fast way. Null where that way is not open, as for clocks
 * to correct.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanSummary(options: ReaderOptions): Promise<Analysis | null> {
  if (options.correctClocks === true) return null;
  const { selection } = options;
  const names = new PairNames();
  const summary = new RequestSummary();
  const compact = new CompactSummary(summary, names);
  const evidence = new HintEvidenceBuilder();
  const choice = new Choice<Candidate>(
    selection,
    {
      idOf: ({ request }) => request.id,
      startOf: ({ request }) => request.events.timestamps[0] ?? Number.NaN,
      sessionOf: ({ request }) => request.session,
      processingOf: ({ request, plan }) => processingOf(request.events, plan),
      hasService: ({ request }, service) => hasServiceEvent(request, service, names),
      toKeep: ({ request, ...rest }) => ({
        ...rest,
        request: copyRequest(request, summaryCaptures.width),
      }),
    },
    ({ request, plan, facts }) => {
      compact.add(request, plan);
      evidence.keep(facts);
    },
  );
  const log = await scanRequests(
    options,
    {
      names,
      captures: summaryCaptures,
      withSessions: selection.session !== undefined,
      wants: (range, table) => mayMatter(range, options, table),
    },
    (request) => {
      const plan = compact.planOf(request.events);
      const facts = compactHintFacts(request, plan.facts);
      evidence.place(facts);
      choice.add({ request, plan, facts });
    },
  );
  if (log === null) return null;
  choice.end();
  return {
    ...concludeSummary(summary, evidence, options),
    ...readingOf({ ...log, folded: log.folded + summary.folded }, choice, summary.requests),
  };
}
