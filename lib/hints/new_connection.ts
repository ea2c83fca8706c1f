import { escapeControls } from "../escape.ts";
import type { HintEvidence, StageEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { formatTime } from "../units/duration.ts";
import { fewestRequests } from "./hint_rule.ts";

/**
 * Windows gives up on `::1` after two seconds and only then tries 127.0.0.1: calls that were seen to do
 * so took 2.05 to 2.16 s.
 */
const fromMs = 1_900;
const toMs = 2_300;

/** A hop of about two seconds: each call opens a connection, and IPv6 is tried first. */
export function findNewConnections({ stages }: HintEvidence): HintReport[] {
  return stages.filter(isNewConnection).map(({ name, n, medianMs }) => ({
    rule: "new_connection",
    finding: `${escapeControls(name)} takes about 2s: n ${n}, median ${formatTime(medianMs)}`,
    figures: { stage: name, n, median_ms: medianMs, from_ms: fromMs, to_ms: toMs },
    advice:
      "Keep one connection open for all calls (a pool or session), and call 127.0.0.1 instead of " +
      "localhost: a new connection may try IPv6 first and wait 2s for it",
  }));
}

/** Whether a stage bears the sign of it; then its constancy is explained. */
export function isNewConnection({ kind, n, medianMs }: StageEvidence): boolean {
  return kind === "hop" && n >= fewestRequests && medianMs >= fromMs && medianMs <= toMs;
}
