import type { LogSamples, StageSamples } from "../report/sample_report.ts";
import { SampleBuilder } from "../stats/sample_builder.ts";
import { byCodeUnit } from "../stats/series_table.ts";
import type { MeasuredRequest } from "./measured_request.ts";
import { catalogueRank } from "./spans.ts";
import { type MeasuredWorkload, workloadAt, workloadMeasures } from "./workload.ts";

/** Names kept of spans, and as many of gaps: no assistant has so many, but a log may. */
const maxNames = 256;

/** What matters most comes first. */
const figureNames = ["voice-to-voice", "processing", "playback", "total"] as const;

type Table = Map<string, SampleBuilder>;

/**
 * Keeps the samples of many requests, stage by stage: the same samples that `RequestSummary` summarizes.
 *
 * Memory: 160 KB a stage at most, 480 KB with workload; at most 516 stages.
 */
export class RequestSamples {
  readonly #withWorkload: boolean;
  readonly #figures: Table = new Map();
  readonly #spans: Table = new Map();
  readonly #gaps: Table = new Map();
  #requests = 0;
  #folded = 0;

  /** With `withWorkload` each sample keeps the workload of its request. */
  constructor(withWorkload: boolean) {
    this.#withWorkload = withWorkload;
  }

  /** Takes in one request. */
  add(request: MeasuredRequest): void {
    this.#requests++;
    const workload = this.#withWorkload ? request.workload() : [];
    const { figures } = request;
    const seconds = {
      "voice-to-voice": figures.voiceToVoiceSeconds,
      processing: figures.processingSeconds,
      playback: figures.playbackSeconds,
      total: figures.totalSeconds,
    };
    for (const name of figureNames) {
      const value = seconds[name];
      const end = Number.POSITIVE_INFINITY;
      if (value !== null) this.#addTo(this.#figures, name, value, end, workload);
    }
    request.showStretches(({ family, name }, startSeconds, endSeconds) => {
      const table = family === "gap" ? this.#gaps : this.#spans;
      this.#addTo(table, name, endSeconds - startSeconds, endSeconds, workload);
    });
  }

  /** Reads out all samples. */
  read(): LogSamples {
    const order: readonly string[] = figureNames;
    const byFigure = (a: string, b: string) => order.indexOf(a) - order.indexOf(b);
    const bySpan = (a: string, b: string) =>
      catalogueRank(a) - catalogueRank(b) || byCodeUnit(a, b);
    return {
      requests: this.#requests,
      figures: readTable(this.#figures, byFigure),
      spans: readTable(this.#spans, bySpan),
      gaps: readTable(this.#gaps, byCodeUnit),
      measures: this.#withWorkload ? workloadMeasures : [],
      folded: this.#folded,
    };
  }

  #addTo(
    table: Table,
    name: string,
    seconds: number,
    endSeconds: number,
    workload: readonly MeasuredWorkload[],
  ): void {
    let builder = table.get(name);
    if (builder === undefined && table.size >= maxNames) {
      this.#folded++;
      return;
    }
    if (builder === undefined) {
      builder = new SampleBuilder(workload.length);
      table.set(name, builder);
    }
    const isKept = builder.add(seconds * 1000);
    if (isKept && this.#withWorkload) builder.tell(workloadAt(workload, endSeconds));
  }
}

function readTable(
  table: Table,
  order: (a: string, b: string) => number,
): Map<string, StageSamples> {
  const entries = [...table].sort(([a], [b]) => order(a, b));
  return new Map(
    entries.map(([name, builder]) => {
      const { n, median, values, beside } = builder.read();
      return [name, { n, medianMs: median, valuesMs: values, workload: beside }];
    }),
  );
}
