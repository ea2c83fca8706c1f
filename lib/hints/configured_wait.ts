import type { HintEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { formatTime } from "../units/duration.ts";
import { fewestRequests } from "./hint_rule.ts";

/** Sound comes in chunks, so a wait ends up to a chunk late: no less than both of these is a difference. */
const limitMs = 100;
const limitPart = 0.25;

/** The silence that ends a turn is set to one length and lasts another. */
export function findConfiguredWaits({ endOfSpeech }: HintEvidence): HintReport[] {
  const { n, configuredMs, observedMs } = endOfSpeech;
  if (n < fewestRequests || configuredMs === null || observedMs === null) return [];
  const differenceMs = observedMs - configuredMs;
  if (Math.abs(differenceMs) <= Math.max(limitMs, limitPart * configuredMs)) return [];
  const [configured, observed] = [configuredMs, observedMs].map(formatTime);
  return [
    {
      rule: "configured_wait",
      finding: `pause_threshold is ${configured}, but the silence lasts ${observed}: n ${n}, medians`,
      figures: {
        setting: "pause_threshold",
        n,
        configured_ms: configuredMs,
        observed_ms: observedMs,
        difference_ms: differenceMs,
        limit_ms: limitMs,
        limit_part: limitPart,
      },
      advice:
        "Look at what the setting is counted in: chunks of sound may be longer than it was written for",
    },
  ];
}
