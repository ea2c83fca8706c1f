import { excerpt } from "../escape.ts";
import type { GapEvidence, HintEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { formatTime } from "../units/duration.ts";
import { fewestRequests } from "./hint_rule.ts";

/** Part of all requests in which a gap must occur to be a habit. */
const leastPart = 0.25;
/** Well-instrumented code leaves gaps of up to some tens of milliseconds. */
const limitMs = 100;
/** More of them would be a list, not a hint. */
const mostGaps = 5;

/**
 * Time before the first audio that nobody accounts for, in many requests: the gaps that cost most, at
 * most five.
 */
export function findRecurringGaps({ gaps, requests: of }: HintEvidence): HintReport[] {
  return gaps
    .filter((gap) => gap.requests >= Math.max(fewestRequests, leastPart * of))
    .filter(({ medianMs, share }) => medianMs > limitMs && share !== 0)
    .sort((a, b) => costOf(b) - costOf(a))
    .slice(0, mostGaps)
    .map((gap) => {
      const median = formatTime(gap.medianMs);
      const where =
        gap.events === null
          ? `in ${excerpt(gap.name)}`
          : `between ${gap.events.map((name) => excerpt(name)).join(" and ")}`;
      return {
        rule: "recurring_gap",
        finding: `Unaccounted time: ${gap.requests} of ${of} requests, median ${median}, ${where}`,
        figures: {
          gap: gap.name,
          events: gap.events,
          n: gap.requests,
          requests: of,
          median_ms: gap.medianMs,
          limit_ms: limitMs,
          share: gap.share,
        },
        advice: "Add an event there, or a start and a complete event around what is done",
      };
    });
}

function costOf({ requests, medianMs }: GapEvidence): number {
  return requests * medianMs;
}
