import type { AnalysisSummary } from "../report/analysis_report.ts";
import { type Series, SeriesBuilder, toMilliseconds } from "../stats/series.ts";
import { byCodeUnit, SeriesTable } from "../stats/series_table.ts";
import type { RequestAnalysis } from "./describe.ts";
import { type Outcome, outcomes } from "./figures.ts";
import { stepName } from "./gaps.ts";
import { catalogueRank, isComplete } from "./spans.ts";

/**
 * Gathers what is normal over many requests, one after the other, in bounded memory. Figures count
 * every request; spans, gaps and steps only those in which they occurred.
 */
export class RequestSummary {
  readonly #total = new SeriesBuilder();
  readonly #playback = new SeriesBuilder();
  readonly #processing = new SeriesBuilder();
  readonly #voiceToVoice = new SeriesBuilder();
  readonly #spans = new SeriesTable();
  readonly #gaps = new SeriesTable();
  readonly #steps = new SeriesTable();
  readonly #outcomes = new Map<Outcome, number>(outcomes.map((outcome) => [outcome, 0]));
  #waitSeconds = 0;

  /** Requests taken in. */
  get requests(): number {
    return this.#total.n;
  }

  /** Samples counted under `other` because a table of names was full. */
  get folded(): number {
    return this.#spans.folded + this.#gaps.folded + this.#steps.folded;
  }

  /** Takes in one request. */
  add({ trace, spans, gaps, figures }: RequestAnalysis): void {
    this.#total.add(figures.totalSeconds);
    this.#playback.add(figures.playbackSeconds);
    this.#processing.add(figures.processingSeconds);
    const { voiceToVoiceSeconds } = figures;
    if (voiceToVoiceSeconds !== null) this.#voiceToVoice.add(voiceToVoiceSeconds);
    this.#waitSeconds += voiceToVoiceSeconds ?? 0;
    this.#outcomes.set(figures.outcome, (this.#outcomes.get(figures.outcome) ?? 0) + 1);
    const audio = voiceToVoiceSeconds === null ? null : figures.firstAudioSeconds;
    for (const span of spans.filter(isComplete)) addTo(this.#spans, span, audio);
    for (const gap of gaps) addTo(this.#gaps, gap, audio);
    for (const [index, to] of trace.events.slice(1).entries()) {
      const from = trace.events[index];
      if (from === undefined) continue;
      this.#steps.add(stepName(from, to), to.timestampSeconds - from.timestampSeconds);
    }
  }

  /** Reads the summary out, in milliseconds. */
  read(): AnalysisSummary {
    const bySpan = (a: string, b: string) =>
      catalogueRank(a) - catalogueRank(b) || byCodeUnit(a, b);
    return {
      figures: {
        total: toMilliseconds(this.#total.summarize()),
        playback: toMilliseconds(this.#playback.summarize()),
        processing: toMilliseconds(this.#processing.summarize()),
        voiceToVoice: toMilliseconds(this.#voiceToVoice.summarize()),
      },
      spans: inMilliseconds(this.#spans.summarize(bySpan, this.#waitSeconds)),
      gaps: inMilliseconds(this.#gaps.summarize(byCodeUnit, this.#waitSeconds)),
      steps: inMilliseconds(this.#steps.summarize(byCodeUnit, null)),
      outcomes: Object.fromEntries(this.#outcomes),
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
