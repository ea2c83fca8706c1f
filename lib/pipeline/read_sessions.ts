import type { HintReport } from "../report/hint_report.ts";
import { analyzeRequest } from "../request/describe.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { hintFactsOf } from "../request/hint_facts.ts";
import { Selector } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { PacedCollection } from "../session/paced_collection.ts";
import { type PlacedRequest, SessionGroups } from "../session/session_groups.ts";
import { readRequests, type Wants } from "./read_requests.ts";
import { concludeSummary, type ReaderOptions, type Reading, readingOf } from "./reading.ts";

/** What was read, and the conversations that keep what was selected of it. */
export interface SessionReading extends Reading {
  readonly groups: SessionGroups;
  readonly hints: readonly HintReport[];
}

/** The number of a turn and its verdict rest on the whole log, whatever is selected of it. */
const wantsAll: Wants = () => true;

/** So many requests between two collections of garbage. */
const requestsPerCollection = 4_096;

/**
 * Sorts the requests of any logs into conversations by the plain way.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function readSessions(
  options: ReaderOptions,
  gapSeconds: number | null,
): Promise<SessionReading> {
  const groups = new SessionGroups(gapSeconds);
  const [summary, evidence] = [new RequestSummary(), new HintEvidenceBuilder()];
  let selected = 0;
  const selector = new Selector<PlacedRequest>(options.selection, (request) => {
    selected++;
    groups.keep(request);
    if (options.hintLimits !== null) summary.addStages(request);
    evidence.keep(hintFactsOf(request.trace.events));
  });
  const collection = new PacedCollection(requestsPerCollection);
  const log = await readRequests({ ...options, measuresOnly: true }, wantsAll, (trace) => {
    selector.add(groups.place(analyzeRequest(trace)));
    collection.step();
  });
  selector.end();
  const { hints } = concludeSummary(summary, evidence, options);
  return { groups, hints, ...readingOf({ ...log, folded: groups.folded }, selector, selected) };
}
