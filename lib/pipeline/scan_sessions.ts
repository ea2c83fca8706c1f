import { PairNames } from "../event/pair_names.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { RequestSummary } from "../request/summarize.ts";
import { TurnReader, turnCaptures } from "../session/compact_turn.ts";
import { PacedCollection } from "../session/paced_collection.ts";
import { SessionGroups } from "../session/session_groups.ts";
import type { SessionReading } from "./read_sessions.ts";
import { concludeSummary, type ReaderOptions } from "./reading.ts";
import { scanRequests } from "./scan_requests.ts";

/** Few, as a request leaves less behind than by the plain way. */
const requestsPerCollection = 65_536;

/**
 * Sorts all requests into conversations by the fast way, with the same result as from objects. Null
 * where that way is not open; see `scanRequests`.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanSessions(
  options: ReaderOptions,
  gapSeconds: number | null,
): Promise<SessionReading | null> {
  const groups = new SessionGroups(gapSeconds);
  const names = new PairNames();
  const summary = new RequestSummary();
  const evidence = new HintEvidenceBuilder();
  const wishes = { names, captures: turnCaptures, sessions: true, requests: true };
  const collection = new PacedCollection(requestsPerCollection);
  let oldestSeconds: number | null = null;
  const log = await scanRequests(options, wishes, (engine) => {
    const compact = new CompactSummary(summary, evidence, names, engine);
    const turns = new TurnReader();
    return {
      take(request) {
        const turn = turns.read(request, compact.planOf(request));
        const { events } = request;
        const end = events.timestamps[events.count - 1] ?? Number.NaN;
        const session = groups.placeTurn(turn, request.session, end);
        groups.keep({ turn, session, turnNumber: session.turns });
        collection.step();
      },
      end() {
        oldestSeconds = compact.oldestSeconds;
        compact.end();
      },
    };
  });
  if (log === null) return null;
  const { requests } = summary;
  const { hints } = concludeSummary(summary, evidence, options);
  return {
    groups,
    hints,
    log: { ...log, folded: log.folded + groups.folded },
    selected: requests,
    searched: { requests, oldestSeconds },
    otherIds: [],
  };
}
