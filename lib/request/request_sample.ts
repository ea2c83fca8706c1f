import { Random } from "../stats/random.ts";
import type { RequestAnalysis } from "./describe.ts";
import { traceStart } from "./request_trace.ts";

/** How many requests are taken for what; together the most that a sample holds. */
export const sampleSizes = { longestWaits: 100, longestProcessing: 50, latest: 50, drawn: 100 };

/** A log of up to so many requests is its own sample. */
export const mostSampled: number = Object.values(sampleSizes).reduce((sum, size) => sum + size, 0);

/** The rule in words, for whoever sees the sample. */
export const sampleRule: string =
  `the ${sampleSizes.longestWaits} longest by voice-to-voice, the ${sampleSizes.longestProcessing} longest ` +
  `by processing, the ${sampleSizes.latest} latest, and ${sampleSizes.drawn} drawn evenly from all`;

/** The draw is the same for the same log. */
const seed = 20_251_127;

/** A request, and how many were met before it. */
interface Met {
  readonly analysis: RequestAnalysis;
  readonly place: number;
}

/**
 * Keeps some requests of a log of any length: the outliers, the latest, and an even draw (reservoir
 * sampling, algorithm R of Vitter, "Random sampling with a reservoir", ACM Transactions on Mathematical
 * Software, 1985) that tells what is usual.
 *
 * Memory: at most 600 requests.
 */
export class RequestSampleBuilder {
  readonly #waits = new Foremost(sampleSizes.longestWaits);
  readonly #processing = new Foremost(sampleSizes.longestProcessing);
  readonly #latest = new Foremost(sampleSizes.latest);
  readonly #drawn: Met[] = [];
  readonly #random = new Random(seed);
  /** All requests, as long as they fit. */
  #all: Met[] | null = [];
  #met = 0;

  /** Takes in the next request. */
  add(analysis: RequestAnalysis): void {
    const met = { analysis, place: this.#met++ };
    if (this.#all !== null && this.#all.push(met) > mostSampled) this.#all = null;
    const { voiceToVoiceSeconds, processingSeconds } = analysis.figures;
    if (voiceToVoiceSeconds !== null) this.#waits.add(voiceToVoiceSeconds, met);
    this.#processing.add(processingSeconds, met);
    this.#latest.add(traceStart(analysis.trace), met);
    const { length } = this.#drawn;
    const place = length < sampleSizes.drawn ? length : this.#random.below(this.#met);
    if (place < sampleSizes.drawn) this.#drawn[place] = met;
  }

  /** The sample, each request once, in the order in which they came. */
  read(): RequestAnalysis[] {
    const chosen = this.#all ?? [
      ...this.#waits.read(),
      ...this.#processing.read(),
      ...this.#latest.read(),
      ...this.#drawn,
    ];
    const byPlace = new Map(chosen.map(({ place, analysis }) => [place, analysis]));
    return [...byPlace].sort(([a], [b]) => a - b).map(([, analysis]) => analysis);
  }
}

/** The so many with the largest values; of equal ones the first met stay. */
class Foremost {
  readonly #most: number;
  /** The largest first. */
  readonly #ranked: { readonly value: number; readonly met: Met }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(value: number, met: Met): void {
    const last = this.#ranked[this.#most - 1];
    if (last !== undefined && value <= last.value) return;
    let at = this.#ranked.length;
    while (at > 0 && (this.#ranked[at - 1]?.value ?? value) < value) at--;
    this.#ranked.splice(at, 0, { value, met });
    if (this.#ranked.length > this.#most) this.#ranked.pop();
  }

  read(): Met[] {
    return this.#ranked.map(({ met }) => met);
  }
}
