import { llmChildren } from "../event/span_catalogue.ts";
import type { Exchange } from "./causal_links.ts";
import { outcomes } from "./figures.ts";
import type { PlannedStep, PlannedStretch, RequestPlan } from "./request_plan.ts";
import { catalogueRank } from "./spans.ts";

/** Who tells the engine's words for what a plan speaks of. */
export interface PlanVocabulary {
  /** The number of a span's or gap's name. */
  readonly name: (stretch: PlannedStretch) => number;
  /** Where the engine gathers samples of a step's series. */
  readonly series: (step: PlannedStep) => number;
  /** Where the engine has the services of an exchange; null for two that nobody looks at. */
  readonly pair: (exchange: Exchange) => number | null;
  /** What the engine needs for the ledger; without it none is laid. */
  readonly ledger: LedgerWords | null;
}

/** What a plan says of the ledger; `assembly/plan.ts` explains each. */
export interface LedgerWords {
  readonly state: number;
  /** Four words each. */
  readonly rows: readonly (readonly number[])[];
  readonly llms: readonly number[];
  /** The key of a span; 0 for one that owns no time. */
  readonly keyOf: (span: PlannedStretch) => number;
  readonly steps: readonly number[];
}

const headWords = 39;
const wordBytes = 4;

/** A plan as the engine reads it, under a number: the words of `Plan` in `assembly/plan.ts`, and its lists behind them. */
export function planWords(
  plan: RequestPlan,
  number: number,
  { name, series, pair, ledger }: PlanVocabulary,
): Int32Array {
  const lists: number[] = [];
  /** Appends a list; returns how many entries it has, and where it begins. */
  const list = <Entry>(entries: readonly Entry[], words: (entry: Entry) => readonly number[]) => {
    const at = (headWords + lists.length) * wordBytes;
    for (const entry of entries) for (const word of words(entry)) lists.push(word);
    return [entries.length, at] as const;
  };
  const ends = ({ from, to }: PlannedStretch) => [from, to];
  const stretch = (one: PlannedStretch) => [...ends(one), 0, name(one)];
  const place = (at: number) => [at];
  const shape = new Uint8Array(Math.ceil(plan.shape.length / 2) * wordBytes);
  shape.set(new Uint8Array(plan.shape.buffer, plan.shape.byteOffset, plan.shape.byteLength));
  const [, shapeAt] = list(Array.from(new Int32Array(shape.buffer)), place);
  const [, stepsAt] = list(plan.steps, (step) => [series(step)]);
  const spans = withChildren(plan.spans);
  const counted = [
    ...list(spans, stretch),
    ...list(plan.gaps, stretch),
    ...list(plan.playbacks, ends),
    ...list(plan.llms, ends),
    ...list(plan.pauses, place),
    ...list(plan.audioStarts, place),
    ...list(exchangesOf(plan, pair), (words) => words),
  ];
  const told = [...list(plan.built, place), ...list(plan.received, place)];
  const [rowCount, rowsAt] = list(ledger?.rows ?? [], (words) => words);
  const [, llmsAt] = list(ledger?.llms ?? [], place);
  const [, keysAt] = list(ledger === null ? [] : spans, (span) => [ledger?.keyOf(span) ?? 0]);
  const [, stepKeysAt] = list(ledger?.steps ?? [], place);
  const bytes = (headWords + lists.length) * wordBytes;
  const isPartial = Number(plan.outcome === "partial");
  const head = [
    ...[0, 0, bytes, plan.shape.length],
    ...[outcomes.indexOf(plan.outcome), isPartial, number, 0, plan.finalized],
    ...[shapeAt, stepsAt, ...counted],
    ...[plan.facts.prompt, plan.facts.answer, plan.facts.pause, plan.facts.speechEnd],
    ...told,
    ...[ledger?.state ?? 0, rowCount, rowsAt, llmsAt, keysAt, stepKeysAt],
  ];
  const all = new Int32Array(head.length + lists.length);
  all.set(head);
  all.set(lists, head.length);
  return all;
}

function exchangesOf(plan: RequestPlan, pair: PlanVocabulary["pair"]): number[][] {
  return plan.exchanges.flatMap((exchange, index) => {
    const { hop, answer } = exchange;
    const place = pair(exchange);
    if (place === null) return [];
    return [[place, index, hop.cause, hop.effect, answer?.cause ?? -1, answer?.effect ?? -1]];
  });
}

/**
 * The spans, in catalogue order as they are, and among them at their rank the kinds of children: an
 * entry from -1 stands for all spans of the kind of its `to`.
 */
function withChildren(spans: readonly PlannedStretch[]): PlannedStretch[] {
  const all = [...spans];
  for (const [child, { name }] of llmChildren.entries()) {
    const rank = catalogueRank(name);
    const later = all.findIndex((span) => span.from >= 0 && catalogueRank(span.name) >= rank);
    all.splice(later < 0 ? all.length : later, 0, { name, from: -1, to: child });
  }
  return all;
}
