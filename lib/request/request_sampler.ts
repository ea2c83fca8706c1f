import type { RequestSample, SampledSeries } from "../report/check_report.ts";
import { Random } from "../stats/random.ts";
import type { MeasuredRequest } from "./measured_request.ts";

/** Requests kept of a log. */
export const maxSampledRequests = 1_000;
/** Names of spans, and of gaps, that are kept apart; samples of further ones are left out. */
const maxNames = 256;
const seed = 20_251_127;

/**
 * Keeps what requests took, stage by stage: of all requests as long as there are few, beyond of a random
 * part (reservoir sampling, algorithm R; Vitter, "Random sampling with a reservoir", ACM Transactions on
 * Mathematical Software, 1985), the same in every run. Playback and envelopes are left out: one is the
 * length of the answer, the other is made of stages that are compared themselves. Unlike `RequestSamples`
 * it keeps whole requests, so that they can be dealt out anew, and a file of them stays small.
 *
 * Memory: 16 bytes a stage of up to 1 000 requests, about half a megabyte.
 */
export class RequestSampler {
  readonly #random = new Random(seed);
  readonly #series = new Map<string, number>();
  readonly #named: SampledSeries[] = [];
  readonly #count = { figure: 0, span: 0, gap: 0 };
  readonly #requests: Float64Array[] = [];
  #seen = 0;

  /** Takes the next request. */
  add(request: MeasuredRequest): void {
    this.#seen++;
    const { length } = this.#requests;
    const place = length < maxSampledRequests ? length : this.#random.below(this.#seen);
    if (place < maxSampledRequests) this.#requests[place] = this.#stagesOf(request);
  }

  /** Reads the sample out. */
  read(): RequestSample {
    return { of: this.#seen, series: this.#named, requests: this.#requests };
  }

  #stagesOf(request: MeasuredRequest): Float64Array {
    const stages: number[] = [];
    const add = (family: SampledSeries["family"], name: string, seconds: number) => {
      const index = this.#indexOf(family, name);
      // Clocks tell microseconds: what differs by less is the same, here and in a file.
      if (index !== null) stages.push(index, Math.round(seconds * 1e6) / 1000);
    };
    const { voiceToVoiceSeconds, processingSeconds } = request.figures;
    if (voiceToVoiceSeconds !== null) add("figure", "voice_to_voice", voiceToVoiceSeconds);
    add("figure", "processing", processingSeconds);
    request.showStretches(({ family, name, isStage }, startSeconds, endSeconds) => {
      if (isStage) add(family, name, endSeconds - startSeconds);
    });
    return Float64Array.from(stages);
  }

  #indexOf(family: SampledSeries["family"], name: string): number | null {
    const key = `${family} ${name}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#count[family] >= maxNames) return null;
    this.#count[family]++;
    this.#series.set(key, this.#named.length);
    return this.#named.push({ family, name }) - 1;
  }
}
