import type { TimingEvent } from "../event/timing_event.ts";
import type { AnalysisSummary } from "../report/analysis_report.ts";
import { ExactSum } from "../stats/exact_sum.ts";
import { type Series, SeriesBuilder, toMilliseconds } from "../stats/series.ts";
import { byCodeUnit, SeriesTable, type SlotParts } from "../stats/series_table.ts";
import { findExchanges } from "./causal_links.ts";
import { ClockOffsets } from "./clock_offsets.ts";
import { uncertaintyBetween } from "./clock_shifts.ts";
import type { RequestAnalysis } from "./describe.ts";
import { type Figures, type Outcome, outcomes } from "./figures.ts";
import { stepName } from "./gaps.ts";
import { type RequestTrace, traceInstants } from "./request_trace.ts";
import { catalogueRank, isComplete, type Span } from "./spans.ts";

/** Names that are marked as corrected; there are few unless a log makes them up. */
const maxCorrected = 8_192;

/** The figures of many requests, as plain numbers. */
export interface FigureParts {
  readonly total: SlotParts;
  readonly playback: SlotParts;
  readonly processing: SlotParts;
  /** All of it is waited for. */
  readonly voiceToVoice: SlotParts;
  readonly outcomes: readonly (readonly [Outcome, number])[];
}

/** All that was gathered elsewhere of requests, as plain numbers and names. */
export interface SummaryParts {
  readonly figures: FigureParts;
  readonly spans: ReadonlyMap<string, SlotParts>;
  readonly gaps: ReadonlyMap<string, SlotParts>;
  readonly steps: ReadonlyMap<string, SlotParts>;
}

/**
 * Gathers what is normal over many requests, one after the other, in bounded memory. Figures count
 * every request; spans, gaps and steps only those in which they occurred.
 */
export class RequestSummary {
  readonly #total = new SeriesBuilder();
  readonly #playback = new SeriesBuilder();
  readonly #processing = new SeriesBuilder();
  readonly #voiceToVoice = new SeriesBuilder();
  /** Where the stretches of time are counted, by name. */
  readonly tables = { spans: new SeriesTable(), gaps: new SeriesTable(), steps: new SeriesTable() };
  /** Where the clocks of services are compared. */
  readonly clocks = new ClockOffsets();
  readonly #outcomes = new Map<Outcome, number>(outcomes.map((outcome) => [outcome, 0]));
  readonly #waitSeconds = new ExactSum();
  #corrected: Set<string> | null = null;

  /** Requests taken in. */
  get requests(): number {
    return this.#total.n;
  }

  /** Samples counted under `other` because a table of names was full. */
  get folded(): number {
    const { spans, gaps, steps } = this.tables;
    return spans.folded + gaps.folded + steps.folded;
  }

  /** Whether it makes no difference in which order requests are taken in; see `SeriesTable`. */
  get isOrderFree(): boolean {
    const { spans, gaps, steps } = this.tables;
    return spans.isOrderFree && gaps.isOrderFree && steps.isOrderFree;
  }

  /** Whether it is free of order with what was gathered elsewhere too. */
  isOrderFreeWith(others: readonly SummaryParts[]): boolean {
    const { spans, gaps, steps } = this.tables;
    return (
      spans.isOrderFreeWith(others.map((other) => other.spans)) &&
      gaps.isOrderFreeWith(others.map((other) => other.gaps)) &&
      steps.isOrderFreeWith(others.map((other) => other.steps))
    );
  }

  /** Takes in what was gathered elsewhere; all together must be free of order. */
  merge({ figures, spans, gaps, steps }: SummaryParts): void {
    this.mergeFigures(figures);
    this.tables.spans.merge(spans);
    this.tables.gaps.merge(gaps);
    this.tables.steps.merge(steps);
  }

  /** Takes in one request. */
  add(analysis: RequestAnalysis): void {
    this.addStages(analysis);
    const { events } = analysis.trace;
    for (const [index, to] of events.slice(1).entries()) {
      const from = events[index];
      if (from === undefined) continue;
      this.tables.steps.add(stepName(from, to), to.timestampSeconds - from.timestampSeconds);
    }
  }

  /** Takes in one request, but for its steps. */
  addStages({ trace, spans, gaps, figures }: RequestAnalysis): void {
    this.#addFigures(figures);
    this.clocks.add(findExchanges(trace.events), traceInstants(trace));
    if (trace.shifts !== undefined) this.#noteCorrected(trace, spans);
    const audio = figures.voiceToVoiceSeconds === null ? null : figures.firstAudioSeconds;
    for (const span of spans.filter(isComplete)) addTo(this.tables.spans, span, audio);
    for (const gap of gaps) {
      addTo(this.tables.gaps, gap, audio);
      this.tables.gaps.slot(gap.name).meet(this.requests);
    }
  }

  /** Notes the names of what lies between events of two services whose clocks were shifted. */
  #noteCorrected({ events, shifts }: RequestTrace, spans: readonly Span[]): void {
    this.#corrected ??= new Set();
    const isUncertain = (from: TimingEvent | undefined, to: TimingEvent | undefined) =>
      uncertaintyBetween(shifts, from?.service, to?.service) !== null;
    const found = spans.flatMap(({ name, startEvent, endEvent }) =>
      isUncertain(events[startEvent ?? -1], events[endEvent ?? -1]) ? [name] : [],
    );
    for (const [index, to] of events.slice(1).entries()) {
      const from = events[index];
      if (from !== undefined && isUncertain(from, to)) found.push(stepName(from, to));
    }
    for (const name of found) if (this.#corrected.size < maxCorrected) this.#corrected.add(name);
  }

  /** Takes in figures that were gathered elsewhere; stretches of time are merged into `tables`. */
  mergeFigures(parts: FigureParts): void {
    this.#total.merge(parts.total.series);
    this.#playback.merge(parts.playback.series);
    this.#processing.merge(parts.processing.series);
    this.#voiceToVoice.merge(parts.voiceToVoice.series);
    this.#waitSeconds.merge(parts.voiceToVoice.wait);
    for (const [outcome, count] of parts.outcomes) {
      this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + count);
    }
  }

  #addFigures(figures: Figures): void {
    this.#total.add(figures.totalSeconds);
    this.#playback.add(figures.playbackSeconds);
    this.#processing.add(figures.processingSeconds);
    const { voiceToVoiceSeconds } = figures;
    if (voiceToVoiceSeconds !== null) {
      this.#voiceToVoice.add(voiceToVoiceSeconds);
      this.#waitSeconds.add(voiceToVoiceSeconds);
    }
    this.#outcomes.set(figures.outcome, (this.#outcomes.get(figures.outcome) ?? 0) + 1);
  }

  /** Reads the summary out, in milliseconds. */
  read(): AnalysisSummary {
    const bySpan = (a: string, b: string) =>
      catalogueRank(a) - catalogueRank(b) || byCodeUnit(a, b);
    const waitSeconds = this.#waitSeconds.read();
    return {
      figures: {
        total: toMilliseconds(this.#total.summarize()),
        playback: toMilliseconds(this.#playback.summarize()),
        processing: toMilliseconds(this.#processing.summarize()),
        voiceToVoice: toMilliseconds(this.#voiceToVoice.summarize()),
      },
      distributions: {
        total: this.#total.distribution(1000),
        playback: this.#playback.distribution(1000),
        processing: this.#processing.distribution(1000),
        voiceToVoice: this.#voiceToVoice.distribution(1000),
      },
      spans: inMilliseconds(this.tables.spans.summarize(bySpan, waitSeconds)),
      gaps: inMilliseconds(this.tables.gaps.summarize(byCodeUnit, waitSeconds)),
      steps: inMilliseconds(this.tables.steps.summarize(byCodeUnit, null)),
      outcomes: Object.fromEntries(this.#outcomes),
      ...(this.#corrected === null ? {} : { corrected: this.#corrected }),
    };
  }
}

interface Stretch {
  readonly name: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Counts a stretch of time, and how much of it lies before the first audio. */
function addTo(table: SeriesTable, stretch: Stretch, firstAudioSeconds: number | null): void {
  const { name, startSeconds, endSeconds } = stretch;
  const until = Math.min(endSeconds, firstAudioSeconds ?? Number.NEGATIVE_INFINITY);
  table.add(name, endSeconds - startSeconds, Math.max(0, until - startSeconds));
}

function inMilliseconds(table: ReadonlyMap<string, Series>): Map<string, Series> {
  return new Map([...table].map(([name, series]) => [name, toMilliseconds(series)]));
}
