import { llmChildren } from "../event/span_catalogue.ts";
import type { Exchange } from "./causal_links.ts";
import { outcomes } from "./figures.ts";
import type { PlannedStep } from "./planned_steps.ts";
import type { PlannedSpan, PlannedStretch, RequestPlan } from "./request_plan.ts";
import { catalogueRank } from "./spans.ts";

/** Who tells the engine's words for what a plan speaks of. */
export interface PlanVocabulary {
  /** Where the engine has the name of a span, and of a gap. */
  readonly span: (name: string) => number;
  readonly gap: (name: string) => number;
  /** Where the engine gathers samples of a step's series. */
  readonly series: (step: PlannedStep) => number;
  /** Where the engine has the services of an exchange; null for two that nobody looks at. */
  readonly pair: (exchange: Exchange) => number | null;
}

/** What a plan says of the ledger; `assembly/plan.ts` explains each. */
export interface LedgerWords {
  readonly state: number;
  /** Four words each. */
  readonly rows: readonly (readonly number[])[];
  readonly llms: readonly number[];
  /** The key of a span; 0 for one that owns no time. */
  readonly keyOf: (span: PlannedSpan) => number;
  readonly steps: readonly number[];
}

/** Words of `Plan` in `assembly/plan.ts`; a list that tells its length does so in the word before. */
const field = {
  ...{ bytes: 2, events: 3, outcome: 4, isPartial: 5, number: 6, finalized: 8 },
  ...{ shape: 9, steps: 10, spans: 12, gaps: 14, playbacks: 16, llms: 18, pauses: 20 },
  ...{ audioStarts: 22, exchanges: 24, prompt: 25, answer: 26, pause: 27, speechEnd: 28 },
  ...{ built: 30, received: 32, ledgerState: 33, ledgerRows: 35, ledgerLlms: 36 },
  ...{ ledgerSpans: 37, ledgerSteps: 38 },
} as const;
const headWords = 39;
const wordBytes = 4;

/** Writes plans as the engine reads them: words of 32 bits, the lists behind the head. */
export class PlanWriter {
  readonly #vocabulary: PlanVocabulary;
  #words = new Int32Array(1024);
  #used = 0;

  constructor(vocabulary: PlanVocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Writes a plan under a number; without `ledger` none is laid. The words last until the next plan. */
  write(plan: RequestPlan, number: number, ledger: LedgerWords | null): Int32Array {
    const { span, gap, series } = this.#vocabulary;
    this.#words.fill(0, 0, headWords);
    this.#used = headWords;
    this.#set(field.events, plan.shape.length);
    this.#set(field.outcome, outcomes.indexOf(plan.outcome));
    this.#set(field.isPartial, Number(plan.outcome === "partial"));
    this.#set(field.number, number);
    this.#set(field.finalized, plan.finalized);
    this.#begin(field.shape);
    this.#putShape(plan.shape);
    this.#begin(field.steps);
    for (const step of plan.steps) this.#put(series(step));
    const spans = withChildren(plan);
    this.#putStretches(field.spans, spans, span);
    this.#putStretches(field.gaps, plan.gaps, gap);
    this.#putEnds(field.playbacks, plan.playbacks);
    this.#putEnds(field.llms, plan.llms);
    this.#putCounted(field.pauses, plan.pauses);
    this.#putCounted(field.audioStarts, plan.audioStarts);
    this.#putExchanges(plan.exchanges);
    for (const fact of ["prompt", "answer", "pause", "speechEnd"] as const) {
      this.#set(field[fact], plan.facts[fact]);
    }
    this.#putCounted(field.built, plan.built);
    this.#putCounted(field.received, plan.received);
    if (ledger !== null) this.#putLedger(ledger, spans);
    this.#set(field.bytes, this.#used * wordBytes);
    return this.#words.subarray(0, this.#used);
  }

  #putShape(shape: Uint16Array): void {
    for (let at = 0; at < shape.length; at += 2) {
      this.#put((shape[at] ?? 0) | ((shape[at + 1] ?? 0) << 16));
    }
  }

  #putStretches(
    list: number,
    stretches: readonly PlannedStretch[],
    placeOf: (name: string) => number,
  ): void {
    this.#begin(list);
    this.#set(list - 1, stretches.length);
    for (const { name, from, to } of stretches) {
      this.#put(from);
      this.#put(to);
      this.#put(placeOf(name));
    }
  }

  #putEnds(list: number, stretches: readonly PlannedStretch[]): void {
    this.#begin(list);
    this.#set(list - 1, stretches.length);
    for (const { from, to } of stretches) {
      this.#put(from);
      this.#put(to);
    }
  }

  #putExchanges(exchanges: readonly Exchange[]): void {
    this.#begin(field.exchanges);
    let count = 0;
    for (let index = 0; index < exchanges.length; index++) {
      const exchange = exchanges[index] as Exchange;
      const place = this.#vocabulary.pair(exchange);
      if (place === null) continue;
      const { hop, answer } = exchange;
      count++;
      this.#putAll([place, index, hop.cause, hop.effect]);
      this.#putAll([answer?.cause ?? -1, answer?.effect ?? -1]);
    }
    this.#set(field.exchanges - 1, count);
  }

  #putLedger(ledger: LedgerWords, spans: readonly PlannedSpan[]): void {
    this.#set(field.ledgerState, ledger.state);
    this.#begin(field.ledgerRows);
    this.#set(field.ledgerRows - 1, ledger.rows.length);
    for (const row of ledger.rows) this.#putAll(row);
    this.#begin(field.ledgerLlms);
    this.#putAll(ledger.llms);
    this.#begin(field.ledgerSpans);
    for (const span of spans) this.#put(ledger.keyOf(span));
    this.#begin(field.ledgerSteps);
    this.#putAll(ledger.steps);
  }

  #putCounted(list: number, words: readonly number[]): void {
    this.#begin(list);
    this.#set(list - 1, words.length);
    this.#putAll(words);
  }

  #putAll(words: readonly number[]): void {
    for (const word of words) this.#put(word);
  }

  /** Begins a list here. */
  #begin(list: number): void {
    this.#set(list, this.#used * wordBytes);
  }

  #set(at: number, word: number): void {
    this.#words[at] = word;
  }

  #put(word: number): void {
    if (this.#used === this.#words.length) {
      const larger = new Int32Array(this.#used * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.#used++] = word;
  }
}

const children: readonly PlannedSpan[] = llmChildren.map(({ name }, to) => ({
  ...{ name, kind: "work", rank: catalogueRank(name) },
  ...{ from: -1, to },
}));

/**
 * The spans, in catalogue order as they are, and among them at their rank the kinds of children: an
 * entry from -1 stands for all spans of the kind of its `to`.
 */
function withChildren({ spans, llms }: RequestPlan): readonly PlannedSpan[] {
  if (llms.length === 0) return spans;
  const all: PlannedSpan[] = [];
  let left = children;
  for (const span of spans) {
    while (left[0] !== undefined && left[0].rank <= span.rank) {
      all.push(left[0]);
      left = left.slice(1);
    }
    all.push(span);
  }
  all.push(...left);
  return all;
}
