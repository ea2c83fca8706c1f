import { judgeCache } from "./cache_verdict.ts";
import type { SessionGroups } from "./session_groups.ts";

/** Counts the prompt-cache verdicts of all turns that were kept. Known at the end of the log. */
export function countVerdicts(groups: SessionGroups): {
  hit: number;
  partial: number;
  miss: number;
  unknown: number;
} {
  const counts = { hit: 0, partial: 0, miss: 0, unknown: 0 };
  const coldRate = groups.coldRate();
  for (const session of groups.sessions()) {
    for (const turn of groups.turnsOf(session)) {
      counts[judgeCache(turn, session.firstCountsWhole, coldRate).verdict]++;
    }
  }
  return counts;
}
