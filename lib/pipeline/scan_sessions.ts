import { PairNames } from "../event/pair_names.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { RequestSummary } from "../request/summarize.ts";
import { EngineTurns } from "../session/engine_turns.ts";
import type { SessionGroups } from "../session/session_groups.ts";
import { turnCaptures } from "../session/turn_captures.ts";
import type { SessionReading } from "./read_sessions.ts";
import { concludeSummary, type ReaderOptions } from "./reading.ts";
import { scanRequests } from "./scan_requests.ts";

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
  const names = new PairNames();
  const summary = new RequestSummary();
  const evidence = new HintEvidenceBuilder();
  const wishes = { names, captures: turnCaptures, sessions: true, requests: false };
  let oldestSeconds: number | null = null;
  let groups: SessionGroups | null = null;
  const log = await scanRequests(options, wishes, (engine) => {
    const compact = new CompactSummary(summary, evidence, names, engine);
    const turns = new EngineTurns(engine, gapSeconds, false);
    return {
      end() {
        oldestSeconds = compact.oldestSeconds;
        compact.end();
        turns.end();
        groups = turns.groups;
      },
    };
  });
  if (log === null || groups === null) return null;
  const found: SessionGroups = groups;
  const { requests } = summary;
  const { hints } = concludeSummary(summary, evidence, options);
  return {
    groups: found,
    hints,
    log: { ...log, folded: log.folded + found.folded },
    selected: requests,
    searched: { requests, oldestSeconds },
    otherIds: [],
  };
}
