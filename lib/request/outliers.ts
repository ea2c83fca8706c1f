import type { ExcessPart, OutlierReport } from "../report/outlier_report.ts";
import { SeriesBuilder } from "../stats/series.ts";
import type { RequestAnalysis } from "./describe.ts";
import { MetadataSample } from "./metadata_sample.ts";
import { OverlapFinder } from "./overlaps.ts";
import { processingParts } from "./processing_parts.ts";
import type { RequestTrace } from "./request_trace.ts";
import { findSeparators, type Separator, separatorsOf } from "./separators.ts";

/** Parts whose medians are known; further names count as one, `other`. */
const maxParts = 256;
const otherName = "other";
/** Parts and separators that are told. */
const maxTold = 5;
/** Smaller shares of the excess explain nothing. */
const smallestShare = 0.05;

/**
 * Explains why requests were slower than others: which part of the processing holds the excess over the
 * median, who was under way at the same time, and what their metadata has that others' has not.
 *
 * Memory: 256 series, 256 requests that may still be under way, and a sample of 2 048 requests'
 * metadata.
 */
export class OutlierExplainer {
  readonly #wanted: number;
  readonly #processing = new SeriesBuilder();
  readonly #parts = new Map<string, SeriesBuilder>();
  readonly #overlaps = new OverlapFinder();
  readonly #sample = new MetadataSample();
  #medians: { readonly of: number; readonly parts: ReadonlyMap<string, number> } | null = null;
  #separators: readonly Separator[] | null = null;

  /** `wanted` is how many of the slowest will be asked about. */
  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** Takes every request of the log, in the order of their starts: any may be in the way of others. */
  see(trace: RequestTrace): void {
    this.#overlaps.add(trace);
  }

  /** Takes a request that others are compared with. */
  consider(analysis: RequestAnalysis): void {
    this.#processing.add(analysis.figures.processingSeconds);
    this.#sample.add(analysis);
    for (const [name, seconds] of this.#fold(processingParts(analysis))) {
      const series = this.#parts.get(name) ?? new SeriesBuilder();
      this.#parts.set(name, series);
      series.add(seconds);
    }
  }

  /** Explains one of the requests that were considered, once all have been. */
  explain(analysis: RequestAnalysis): OutlierReport {
    const { trace, figures } = analysis;
    const { of: median, parts: medians } = this.#readMedians();
    const excess = figures.processingSeconds - median;
    const parts = [...this.#fold(processingParts(analysis))].map(([name, seconds]): ExcessPart => {
      const usual = medians.get(name) ?? 0;
      const share = excess > 0 ? (seconds - usual) / excess : 0;
      return { name, durationMs: seconds * 1000, medianMs: usual * 1000, share };
    });
    const { count, longest } = this.#overlaps.of(trace);
    const separators = this.#separators;
    return {
      n: this.#processing.n,
      medianMs: median * 1000,
      excessMs: excess * 1000,
      parts: parts
        .filter(({ share }) => share >= smallestShare)
        .sort((a, b) => b.share - a.share)
        .slice(0, maxTold),
      overlapping: count,
      overlaps: longest.map(({ id, startSeconds, seconds }) => ({
        id,
        startSeconds,
        durationMs: seconds * 1000,
      })),
      separators:
        separators && separatorsOf(trace.events, this.#sample, separators).slice(0, maxTold),
    };
  }

  /** Puts parts for whose names there is no room together. */
  #fold(parts: ReadonlyMap<string, number>): Map<string, number> {
    const folded = new Map<string, number>();
    let names = this.#parts.size;
    for (const [name, seconds] of parts) {
      const isKnown = this.#parts.has(name) || (this.#medians === null && names++ < maxParts);
      const key = isKnown ? name : otherName;
      folded.set(key, (folded.get(key) ?? 0) + seconds);
    }
    return folded;
  }

  #readMedians() {
    if (this.#medians !== null) return this.#medians;
    const { n } = this.#processing;
    const parts = new Map<string, number>();
    for (const [name, series] of this.#parts) {
      // A part that a request does not have took no time in it.
      while (series.n < n) series.add(0);
      parts.set(name, series.summarize().p50 ?? 0);
    }
    this.#medians = { of: this.#processing.summarize().p50 ?? Number.NaN, parts };
    this.#separators = findSeparators(this.#sample, this.#wanted);
    return this.#medians;
  }
}
