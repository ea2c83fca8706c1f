import type { AnalysisSummary } from "../report/analysis_report.ts";
import { type Series, SeriesBuilder, toMilliseconds } from "../stats/series.ts";
import { byCodeUnit, SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import type { RequestAnalysis } from "./describe.ts";
import { type Figures, type Outcome, outcomes } from "./figures.ts";
import { stepName } from "./gaps.ts";
import { catalogueRank, isComplete } from "./spans.ts";

/**
 * Gathers what is normal over many requests, one after the other, in bounded memory. Figures count
 * every request; spans, gaps and steps only those in which they occurred.
 */
export class RequestSummary {
  /** Where the figures are counted; of voice-to-voice all is waited for. */
  readonly figures = {
    total: newSlot(),
    playback: newSlot(),
    processing: newSlot(),
    voiceToVoice: newSlot(),
  };
  /** Where the stretches of time are counted, by name. */
  readonly tables = { spans: new SeriesTable(), gaps: new SeriesTable(), steps: new SeriesTable() };
  readonly #outcomes = new Map<Outcome, number>(outcomes.map((outcome) => [outcome, 0]));

  /** Requests taken in. */
  get requests(): number {
    return this.figures.total.series.n;
  }

  /** Samples counted under `other` because a table of names was full. */
  get folded(): number {
    const { spans, gaps, steps } = this.tables;
    return spans.folded + gaps.folded + steps.folded;
  }

  /** Takes in one request. */
  add({ trace, spans, gaps, figures }: RequestAnalysis): void {
    this.#addFigures(figures);
    const audio = figures.voiceToVoiceSeconds === null ? null : figures.firstAudioSeconds;
    for (const span of spans.filter(isComplete)) addTo(this.tables.spans, span, audio);
    for (const gap of gaps) addTo(this.tables.gaps, gap, audio);
    for (const [index, to] of trace.events.slice(1).entries()) {
      const from = trace.events[index];
      if (from === undefined) continue;
      this.tables.steps.add(stepName(from, to), to.timestampSeconds - from.timestampSeconds);
    }
  }

  /** Counts requests that came out in one way. */
  countOutcome(outcome: Outcome, requests: number): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + requests);
  }

  #addFigures(figures: Figures): void {
    const { total, playback, processing, voiceToVoice } = this.figures;
    total.add(figures.totalSeconds, 0);
    playback.add(figures.playbackSeconds, 0);
    processing.add(figures.processingSeconds, 0);
    const { voiceToVoiceSeconds } = figures;
    if (voiceToVoiceSeconds !== null) voiceToVoice.add(voiceToVoiceSeconds, voiceToVoiceSeconds);
    this.countOutcome(figures.outcome, 1);
  }

  /** Reads the summary out, in milliseconds. */
  read(): AnalysisSummary {
    const bySpan = (a: string, b: string) =>
      catalogueRank(a) - catalogueRank(b) || byCodeUnit(a, b);
    const { total, playback, processing, voiceToVoice } = this.figures;
    const { waitSeconds } = voiceToVoice;
    return {
      figures: {
        total: toMilliseconds(total.series.summarize()),
        playback: toMilliseconds(playback.series.summarize()),
        processing: toMilliseconds(processing.series.summarize()),
        voiceToVoice: toMilliseconds(voiceToVoice.series.summarize()),
      },
      spans: inMilliseconds(this.tables.spans.summarize(bySpan, waitSeconds)),
      gaps: inMilliseconds(this.tables.gaps.summarize(byCodeUnit, waitSeconds)),
      steps: inMilliseconds(this.tables.steps.summarize(byCodeUnit, null)),
      outcomes: Object.fromEntries(this.#outcomes),
    };
  }
}

function newSlot(): SeriesSlot {
  return new SeriesSlot(new SeriesBuilder(), false);
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
