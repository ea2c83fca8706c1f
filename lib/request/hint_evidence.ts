import { llmChildren, spanKind } from "../event/span_catalogue.ts";
import type { AnalysisSummary } from "../report/analysis_report.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import {
  type GapEvidence,
  type HintEvidence,
  loadLimitMs,
  type StageEvidence,
} from "../report/hint_evidence.ts";
import { SeriesBuilder, type SeriesParts } from "../stats/series.ts";
import { largestCoordinate, WholeRegression, type WholeSums } from "../stats/whole_regression.ts";
import { eventsOfStep } from "./gaps.ts";
import type { HintFacts } from "./hint_facts.ts";
import type { RequestSummary } from "./summarize.ts";

/** Ollama puts a model away when nobody has asked it for that long. */
export const keepAliveSeconds = 300;
/** Prefill is known to some microseconds; whole numbers of this many milliseconds are summed up. */
export const prefillUnitMs = 0.1;

const reported: ReadonlySet<string> = new Set(llmChildren.map((child) => child.name));

/** What was gathered elsewhere of some requests that follow one another, as plain numbers. */
export interface FactParts {
  readonly prefill: WholeSums;
  /** First turns whose load is known, without the first call. */
  readonly firstTurns: number;
  /** The first call, for which it depends on those before whether it was a first turn. */
  readonly firstCall: Pick<HintFacts, "calledSeconds" | "loadMs">;
  /** −Infinity for no call at all. */
  readonly lastCallSeconds: number;
  readonly loads: SeriesParts;
  readonly configured: SeriesParts;
  readonly observed: SeriesParts;
}

/**
 * Gathers what hints are drawn from, of the requests that were chosen, in the order of their starts.
 *
 * Memory: some series, at most 80 KB each.
 */
export class HintEvidenceBuilder {
  #lastCallSeconds = Number.NEGATIVE_INFINITY;
  readonly #prefill = new WholeRegression();
  readonly #loads = new SeriesBuilder();
  #firstTurns = 0;
  readonly #configured = new SeriesBuilder();
  readonly #observed = new SeriesBuilder();

  /** Takes in the facts of the next request. */
  keep(facts: HintFacts): void {
    const { promptTokens, prefillMs, configuredSeconds, observedSeconds } = facts;
    if (promptTokens > 0 && prefillMs > 0) this.#addPrefill(promptTokens, prefillMs);
    this.#keepCall(facts);
    if (configuredSeconds >= 0 && observedSeconds >= 0) {
      this.#configured.add(configuredSeconds);
      this.#observed.add(observedSeconds);
    }
  }

  /** Takes in what was gathered elsewhere, of the requests that come next. */
  merge(parts: FactParts): void {
    const { prefill, firstTurns, firstCall, lastCallSeconds, loads, configured, observed } = parts;
    this.#prefill.mergeSums(prefill);
    this.#keepCall(firstCall);
    if (!Number.isNaN(firstCall.calledSeconds)) this.#lastCallSeconds = lastCallSeconds;
    this.#firstTurns += firstTurns;
    this.#loads.merge(loads);
    this.#configured.merge(configured);
    this.#observed.merge(observed);
  }

  /** Reads the evidence out: what was kept, and what the summary of the same requests says. */
  read(
    summary: AnalysisSummary,
    { tables }: Pick<RequestSummary, "tables">,
    clocks: readonly ClockPairReport[],
  ): HintEvidence {
    const { slope, ...prefill } = this.#prefill.read();
    const inMs = (series: SeriesBuilder) => {
      const { p50 } = series.summarize();
      return p50 === null ? null : p50 * 1000;
    };
    return {
      requests: summary.figures.total.n,
      clocks,
      stages: stagesOf(summary, tables.spans),
      gaps: gapsOf(summary, tables.gaps),
      prefill: {
        n: prefill.n,
        r: prefill.r,
        msPer1000Tokens: slope === null ? null : slope * prefillUnitMs * 1000,
      },
      firstTurns: {
        n: this.#firstTurns,
        loaded: this.#loads.n,
        loadMs: this.#loads.summarize().p50,
      },
      endOfSpeech: {
        n: this.#configured.n,
        configuredMs: inMs(this.#configured),
        observedMs: inMs(this.#observed),
      },
    };
  }

  #keepCall(call: FactParts["firstCall"]): void {
    if (!this.#isFirstTurn(call) || !(call.loadMs >= 0)) return;
    this.#firstTurns++;
    if (call.loadMs >= loadLimitMs) this.#loads.add(call.loadMs);
  }

  /** Whether the model had not been asked for a while, as far as the chosen requests tell. */
  #isFirstTurn({ calledSeconds }: FactParts["firstCall"]): boolean {
    const isFirst = calledSeconds - this.#lastCallSeconds > keepAliveSeconds;
    // Whatever came before, also a step back of the clock.
    if (!Number.isNaN(calledSeconds)) this.#lastCallSeconds = calledSeconds;
    return isFirst;
  }

  /** What no server can mean is no point. */
  #addPrefill(promptTokens: number, prefillMs: number): void {
    const x = Math.round(promptTokens);
    const y = Math.round(prefillMs / prefillUnitMs);
    if (x <= largestCoordinate && y <= largestCoordinate) this.#prefill.add(x, y);
  }
}

type Table = RequestSummary["tables"]["spans"];

function stagesOf(summary: AnalysisSummary, table: Table): StageEvidence[] {
  return [...summary.spans].flatMap(([name, { n, min, p50 }]) => {
    const kind = spanKind(name);
    const deviationSeconds = table.find(name)?.series.medianDeviation() ?? null;
    if (kind !== "work" && kind !== "hop") return [];
    if (min === null || p50 === null || deviationSeconds === null) return [];
    return [
      {
        name,
        kind,
        isBetweenEvents: !reported.has(name),
        n,
        minMs: min,
        medianMs: p50,
        deviationMs: deviationSeconds * 1000,
      },
    ];
  });
}

function gapsOf(summary: AnalysisSummary, table: Table): GapEvidence[] {
  return [...summary.gaps].flatMap(([name, { p50, share }]) => {
    const slot = table.find(name);
    if (slot === null || p50 === null) return [];
    return [{ name, events: eventsOfStep(name), requests: slot.requests, medianMs: p50, share }];
  });
}
