import type { RequestAnalysis } from "./describe.ts";
import type { Figures } from "./figures.ts";
import { stepName } from "./gaps.ts";
import { buildLedger } from "./ledger.ts";
import { ledgerKey } from "./ledger_summary.ts";
import { isComplete } from "./spans.ts";
import { isStageKind, type StretchName } from "./stretch_names.ts";
import { type MeasuredWorkload, measureWorkload } from "./workload.ts";

/** A row of a ledger, and whose time it is. */
export interface SpentRow {
  /** Of `ledgerKey`: who spent it, and the stage that this is a part of. */
  readonly spender: string;
  readonly stage: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** What was measured of a request, from objects or by an engine: the same, and in the same order. */
export interface MeasuredRequest {
  readonly figures: Pick<
    Figures,
    "totalSeconds" | "playbackSeconds" | "processingSeconds" | "voiceToVoiceSeconds"
  >;
  /** Shows all complete spans and then all gaps, each with the instants of its ends, Unix seconds. */
  showStretches(show: (name: StretchName, startSeconds: number, endSeconds: number) => void): void;
  /** Shows the steps from event to event. */
  showSteps(show: (name: string, startSeconds: number, endSeconds: number) => void): void;
  /** The ledger of `buildLedger`. */
  ledger(): readonly SpentRow[];
  workload(): readonly MeasuredWorkload[];
}

/** What was measured of a request that is at hand as objects. */
export function measuredOf({ trace, spans, gaps, figures }: RequestAnalysis): MeasuredRequest {
  const { events } = trace;
  return {
    figures,
    showStretches(show) {
      for (const { kind, name, startSeconds, endSeconds } of spans.filter(isComplete)) {
        show({ family: "span", name, isStage: isStageKind(kind) }, startSeconds, endSeconds);
      }
      for (const { name, startSeconds, endSeconds } of gaps) {
        show({ family: "gap", name, isStage: true }, startSeconds, endSeconds);
      }
    },
    showSteps(show) {
      for (const [index, to] of events.slice(1).entries()) {
        const from = events[index] ?? to;
        show(stepName(from, to), from.timestampSeconds, to.timestampSeconds);
      }
    },
    ledger: () =>
      buildLedger(events, spans, figures).map(({ kind, name, span, startSeconds, endSeconds }) => ({
        spender: ledgerKey({ kind, name }),
        stage: ledgerKey({ kind, name: span?.parent?.name ?? name }),
        startSeconds,
        endSeconds,
      })),
    workload: () => measureWorkload(trace),
  };
}
