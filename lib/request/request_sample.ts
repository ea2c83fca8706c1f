import { Random } from "../stats/random.ts";
import type { RequestAnalysis } from "./describe.ts";
import { traceStart } from "./request_trace.ts";

/**
 * How many requests are taken for what, of a log with more of them than `mostSampled`: more than anybody
 * looks through, and each costs whoever reads them again and shows them.
 */
export const sampleSizes = { longestWaits: 60, longestProcessing: 30, latest: 40, drawn: 70 };

/** A log of up to so many requests is its own sample. */
export const mostSampled = 300;

/** The rule in words, for whoever sees the sample. */
export const sampleRule: string =
  `the ${sampleSizes.longestWaits} longest by voice-to-voice, the ${sampleSizes.longestProcessing} longest ` +
  `by processing, the ${sampleSizes.latest} latest, and ${sampleSizes.drawn} drawn evenly from all`;

/** The draw is the same for the same log. */
const seed = 20_251_127;

/** What stands for a request, and how many were met before it. */
interface Met<Kept> {
  readonly kept: Kept;
  readonly place: number;
}

/** One that was chosen, by what it was chosen for. */
interface Ranked<Kept> {
  value: number;
  kept: Kept;
  place: number;
}

/** What decides whether a request is in a sample. */
export interface SampledBy {
  /** Unix seconds. */
  readonly startSeconds: number;
  readonly processingSeconds: number;
  readonly voiceToVoiceSeconds: number | null;
}

/**
 * Chooses some requests of a log of any length: the outliers, the latest, and an even draw (reservoir
 * sampling, algorithm L of Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", ACM
 * Transactions on Mathematical Software, 1994) that tells what is usual.
 *
 * Memory: at most 500 of whatever stands for a request.
 */
export class SampleChoice<Kept> {
  readonly #waits = new Foremost<Kept>(sampleSizes.longestWaits);
  readonly #processing = new Foremost<Kept>(sampleSizes.longestProcessing);
  readonly #latest = new Foremost<Kept>(sampleSizes.latest);
  readonly #draw = new EvenDraw<Kept>(sampleSizes.drawn);
  /** All requests, as long as they fit. */
  #all: Met<Kept>[] | null = [];
  #met = 0;

  /** Takes in the next request, for which `kept` stands. */
  add(kept: Kept, { startSeconds, processingSeconds, voiceToVoiceSeconds }: SampledBy): void {
    const place = this.#met++;
    if (this.#all !== null && this.#all.push({ kept, place }) > mostSampled) this.#all = null;
    if (voiceToVoiceSeconds !== null) this.#waits.add(voiceToVoiceSeconds, kept, place);
    this.#processing.add(processingSeconds, kept, place);
    this.#latest.add(startSeconds, kept, place);
    this.#draw.add(kept, place);
  }

  /** The sample, each request once, in the order in which they came. */
  read(): Kept[] {
    const chosen = this.#all ?? [
      ...this.#waits.read(),
      ...this.#processing.read(),
      ...this.#latest.read(),
      ...this.#draw.drawn,
    ];
    const byPlace = new Map(chosen.map(({ place, kept }) => [place, kept]));
    return [...byPlace].sort(([a], [b]) => a - b).map(([, kept]) => kept);
  }
}

/** A sample of requests that are at hand as a whole. */
export class RequestSampleBuilder {
  readonly #choice = new SampleChoice<RequestAnalysis>();

  /** Takes in the next request. */
  add(analysis: RequestAnalysis): void {
    const { processingSeconds, voiceToVoiceSeconds } = analysis.figures;
    const startSeconds = traceStart(analysis.trace);
    this.#choice.add(analysis, { startSeconds, processingSeconds, voiceToVoiceSeconds });
  }

  /** The sample, each request once, in the order in which they came. */
  read(): RequestAnalysis[] {
    return this.#choice.read();
  }
}

/** An even draw of so many of all: a number is drawn only for the one that comes in next. */
class EvenDraw<Kept> {
  readonly drawn: Met<Kept>[] = [];

  readonly #size: number;
  readonly #random = new Random(seed);
  /** Had each that came a random number, and were those with the least drawn: the largest of theirs. */
  #weight = 1;
  /** The place of the next one that comes in. */
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(kept: Kept, place: number): void {
    if (place < this.#next) return;
    const { length } = this.drawn;
    this.drawn[length < this.#size ? length : this.#random.below(this.#size)] = { kept, place };
    this.#next = place + 1 + (this.drawn.length < this.#size ? 0 : this.#passed());
  }

  /** How many are passed over before the next one comes in. */
  #passed(): number {
    this.#weight *= Math.exp(this.#logarithm() / this.#size);
    return Math.floor(this.#logarithm() / Math.log1p(-this.#weight));
  }

  /** That of a number from above 0 to 1. */
  #logarithm(): number {
    return Math.log(1 - this.#random.uniform());
  }
}

/** So many that are out are left where they stand: to move the others each time takes longer. */
const mostOutdone = 1_000;

/** The so many with the largest values; of equal ones the first met stay. */
class Foremost<Kept> {
  readonly #most: number;
  /** The largest last, of equal ones the first met: mostly what comes is larger than all, or than none. */
  readonly #ranked: Ranked<Kept>[] = [];
  /** Where the least of them stands; what stands before is out. */
  #least = 0;
  /** The value to surpass; null as long as there is room. */
  #bar: number | null = null;

  constructor(most: number) {
    this.#most = most;
  }

  add(value: number, kept: Kept, place: number): void {
    if (this.#bar !== null && value <= this.#bar) return;
    const ranked = this.#ranked;
    const one = this.#takeOut() ?? { value, kept, place };
    one.value = value;
    one.kept = kept;
    one.place = place;
    let at = ranked.length;
    while (at > this.#least && (ranked[at - 1]?.value ?? value) >= value) at--;
    if (at === ranked.length) ranked.push(one);
    else ranked.splice(at, 0, one);
    if (this.#least >= mostOutdone) {
      ranked.splice(0, this.#least);
      this.#least = 0;
    }
    if (ranked.length - this.#least === this.#most) this.#bar = ranked[this.#least]?.value ?? null;
  }

  /** The least of as many as there may be, to be used for another; undefined as long as there is room. */
  #takeOut(): Ranked<Kept> | undefined {
    return this.#bar === null ? undefined : this.#ranked[this.#least++];
  }

  read(): Met<Kept>[] {
    return this.#ranked.slice(this.#least);
  }
}
