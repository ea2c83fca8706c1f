import { isToldExactly, ownSeries, sampleNumber } from "../clickhouse/measure_sql.ts";
import { slotParts } from "../clickhouse/measured_series.ts";
import type { PairNumbers } from "../clickhouse/pair_numbers.ts";
import { placesLookedAt, planRow, type SeriesNumbers } from "../clickhouse/plan_rows.ts";
import { type FactRow, factKeys } from "../clickhouse/request_facts.ts";
import type { MeasuredSeries } from "../clickhouse/request_measures.ts";
import type { RequestOrder } from "../clickhouse/request_orders.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import { outcomes } from "../request/figures.ts";
import { type HintFacts, readFacts } from "../request/hint_facts.ts";
import { planRequest, type RequestPlan } from "../request/request_plan.ts";
import type { RequestSummary } from "../request/summarize.ts";
import { maxExactSamples } from "../stats/series.ts";
import type { SeriesSlot } from "../stats/series_table.ts";

/** A table of series tells so many names exactly, whoever comes first; this leaves room for rare requests. */
const mostNames = 200;

const firstPlanned = ownSeries.outcome + outcomes.length;

/** Plans by which a server measures requests, and what comes back of that. */
export class AskedPlans {
  readonly #plans: RequestPlan[] = [];
  readonly #hashes: string[] = [];
  /** Numbers of series, by the name of a span or gap, or by the place of a step. */
  readonly #spans = new Map<string, number>();
  readonly #gaps = new Map<string, number>();
  readonly #steps = new Map<SeriesSlot, number>();
  #lastNumber = firstPlanned - 1;
  /** How many samples a series may have, by its number. */
  readonly #bounds: number[] = [];
  readonly #measured = new Map<number, MeasuredSeries>();

  constructor(orders: readonly RequestOrder[], pairs: PairNumbers, summary: RequestSummary) {
    for (const { hash, pairs: numbers, requests } of orders) {
      const names = numbers.flatMap((number) => pairs.pairOf(number) ?? []);
      if (names.length < numbers.length) continue;
      const plan = planRequest(Uint16Array.from(numbers), names, summary.tables.steps);
      this.#plans.push(plan);
      this.#hashes.push(hash);
      this.#expect(plan, requests);
    }
  }

  /** Whether it would depend on the order of requests which series are exact. */
  get areTooManyNames(): boolean {
    return [this.#spans, this.#gaps, this.#steps].some(({ size }) => size > mostNames);
  }

  /** The plans as rows for a server; made anew after `refine`. */
  get rows(): string[] {
    const { span, gap, step } = this.#numbers;
    const told = (number: number) => sampleNumber(number, this.isExact(number));
    return this.#plans.map((plan, index) =>
      planRow(plan, this.#hashes[index] ?? "", index + 1, {
        span: (one) => told(span(one)),
        gap: (one) => told(gap(one)),
        step: (one) => told(step(one)),
      }),
    );
  }

  /** Whether all samples of a series are wanted, as there can be only few. */
  readonly isExact = (number: number): boolean => (this.#bounds[number] ?? 0) <= maxExactSamples;

  /** Takes what was measured of a series. */
  add(measured: MeasuredSeries): void {
    this.#measured.set(Math.floor(measured.series / 2), measured);
  }

  /**
   * Gives up series of which only buckets are known although there are few samples, as stretches of no
   * length count for nothing; returns under which numbers they are to be asked for again.
   */
  refine(): number[] {
    const coarse = [...this.#measured].filter(
      ([, { series, n }]) => !isToldExactly(series) && n <= maxExactSamples,
    );
    return coarse.map(([number, { n }]) => {
      this.#measured.delete(number);
      this.#bounds[number] = n;
      return sampleNumber(number, true);
    });
  }

  /** Adds all that was measured to the summary that the plans were made for. */
  mergeInto(summary: RequestSummary): void {
    const read = (number: number) => slotParts(this.#measured.get(number) ?? null);
    summary.mergeFigures({
      total: read(ownSeries.total),
      playback: read(ownSeries.playback),
      processing: read(ownSeries.processing),
      voiceToVoice: read(ownSeries.voiceToVoice),
      outcomes: outcomes.map((outcome, index) => [
        outcome,
        this.#measured.get(ownSeries.outcome + index)?.n ?? 0,
      ]),
    });
    const { spans, gaps } = summary.tables;
    const own = [endpointing, ...llmChildren].map(
      ({ name }) => [name, ownSeries[name as keyof typeof ownSeries]] as const,
    );
    const met = ([, number]: readonly [unknown, number]) => this.#measured.has(number);
    for (const [name, number] of [...own, ...this.#spans].filter(met)) {
      spans.slot(name).merge(read(number));
    }
    for (const [name, number] of [...this.#gaps].filter(met)) gaps.slot(name).merge(read(number));
    for (const [slot, number] of [...this.#steps].filter(met)) slot.merge(read(number));
  }

  /** What a row tells of a request that has a plan. */
  read({ start, plan: number, seen, told }: FactRow): {
    readonly plan: RequestPlan;
    /** Unix seconds by place; only those that the plan looks at. */
    readonly instants: Float64Array;
    readonly facts: HintFacts;
  } {
    const plan = this.#plans[number - 1];
    if (plan === undefined) throw new RangeError(`No plan has the number ${number}`);
    const instants = new Float64Array(plan.shape.length).fill(Number.NaN);
    for (const [index, place] of placesLookedAt(plan).entries()) {
      instants[place] = (start + (seen[index] ?? Number.NaN)) / 1e6;
    }
    const textOf = (key: string) => told[factKeys.findIndex(([, one]) => one === key)] ?? "";
    const facts = readFacts(
      plan.facts,
      (place) => instants[place] ?? Number.NaN,
      (place, key) => (place < 0 ? Number.NaN : numberOf(textOf(key))),
    );
    return { plan, instants, facts };
  }

  /** Notes what samples so many requests may bring. */
  #expect(plan: RequestPlan, requests: number): void {
    const add = (number: number, times: number) => {
      this.#bounds[number] = (this.#bounds[number] ?? 0) + times * requests;
    };
    const { total, playback, processing, voiceToVoice } = ownSeries;
    for (const figure of [total, playback, processing, voiceToVoice]) add(figure, 1);
    add(ownSeries.endpointing, plan.pauses.length);
    for (const { name } of llmChildren) add(ownSeries[name], plan.llms.length);
    const { span, gap, step } = this.#numbers;
    for (const stretch of plan.spans) add(span(stretch), 1);
    for (const stretch of plan.gaps) add(gap(stretch), 1);
    for (const one of plan.steps) add(step(one), 1);
  }

  readonly #numbers: SeriesNumbers = {
    span: ({ name }) => this.#numberOf(this.#spans, name),
    gap: ({ name }) => this.#numberOf(this.#gaps, name),
    step: ({ slot }) => this.#numberOf(this.#steps, slot),
  };

  #numberOf<Key>(numbers: Map<Key, number>, key: Key): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, ++this.#lastNumber);
    return this.#lastNumber;
  }
}

/** The finite number that a text of JSON is; NaN for anything else. */
function numberOf(json: string): number {
  const value = /^-?\d/.test(json) ? Number(json) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
