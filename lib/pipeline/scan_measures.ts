import { PairNames } from "../event/pair_names.ts";
import { Breaches } from "../request/breaches.ts";
import { summaryCaptures } from "../request/capture_scheme.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { RequestSampler } from "../request/request_sampler.ts";
import { RequestSummary } from "../request/summarize.ts";
import { ToldRequest } from "../request/told_request.ts";
import { EngineTurns } from "../session/engine_turns.ts";
import type { SessionGroups } from "../session/session_groups.ts";
import { turnCaptures } from "../session/turn_captures.ts";
import { concludeMeasures, type Measurement, type MeasureWants } from "./conclude_measures.ts";
import type { ReaderOptions } from "./reading.ts";
import { scanRequests } from "./scan_requests.ts";

/**
 * Measures a log for verdicts by the fast way, with the same result as from objects. The engine tells what it has
 * measured of each request, as far as that is wanted. Null where that way is not open; see `scanRequests`.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanMeasures(
  options: ReaderOptions,
  { watches, cache, sample }: MeasureWants,
): Promise<Measurement | null> {
  const [names, summary, breaches] = [new PairNames(), new RequestSummary(), new Breaches(watches)];
  const sampler = sample ? new RequestSampler() : null;
  const captures = cache ? turnCaptures : summaryCaptures;
  const ledgers = watches.length > 0;
  const stretches = sample || watches.some(({ family }) => family === "span" || family === "gap");
  const wishes = { names, captures, sessions: cache, requests: sample || ledgers };
  let oldestSeconds: number | null = null;
  let groups: SessionGroups | null = null;
  const log = await scanRequests(options, wishes, (engine) => {
    const compact = new CompactSummary(summary, new HintEvidenceBuilder(), names, engine);
    const turns = cache ? new EngineTurns(engine, null, false) : null;
    const told = new ToldRequest(engine, compact, names, captures, { stretches, ledgers });
    return {
      take(request) {
        told.turnTo(request);
        breaches.add(told);
        sampler?.add(told);
      },
      end() {
        oldestSeconds = compact.oldestSeconds;
        compact.end();
        turns?.end();
        groups = turns?.groups ?? null;
      },
    };
  });
  if (log === null) return null;
  const found = groups as SessionGroups | null;
  const { requests } = summary;
  return concludeMeasures(
    { summary, breaches, sampler, groups: found },
    {
      log: { ...log, folded: log.folded + summary.folded + (found?.folded ?? 0) },
      selected: requests,
      searched: { requests, oldestSeconds },
      otherIds: [],
    },
  );
}
