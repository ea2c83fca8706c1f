import { Events } from "../event/names.ts";
import { endpointing, llmSpan, type SpanKind } from "../event/span_catalogue.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import { type Exchange, findExchanges } from "./causal_links.ts";
import { judgeOutcome, type Outcome } from "./figures.ts";
import { stepName } from "./gaps.ts";
import { type FactPlaces, placeFacts } from "./hint_facts.ts";
import { KnownPlaces, type NamedEvent } from "./known_places.ts";
import { pairEvents, type SpanPair } from "./span_pairs.ts";
import { catalogueRank } from "./spans.ts";

/**
 * A stretch between two events that is measured only where it has a length. It takes its place in a
 * table when it is measured first, as places are scarce.
 */
export interface PlannedStretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** From one event to the next: how that is called, and the series that its length belongs to. */
export interface PlannedStep {
  readonly name: string;
  readonly slot: SeriesSlot;
}

/** A stretch that is a span, and the place of its name in the catalogue. */
export interface PlannedSpan extends PlannedStretch {
  readonly kind: SpanKind;
  readonly rank: number;
}

/**
 * What is to be measured in every request whose events have the same names in the same order. Which
 * spans, gaps and steps there are depends on that order alone; only how long they are, and what
 * metadata adds, differs from request to request. So the rules are asked once per shape.
 */
export interface RequestPlan {
  readonly shape: Uint16Array;
  /** In catalogue order, and in the order in which the rules find them. */
  readonly spans: readonly PlannedSpan[];
  readonly gaps: readonly PlannedStretch[];
  readonly steps: readonly PlannedStep[];
  /** Playback spans that have an end. */
  readonly playbacks: readonly PlannedStretch[];
  /** Spans that metadata may divide into load, prefill and generation. */
  readonly llms: readonly PlannedStretch[];
  /** Places of the events that may end an endpointing span. */
  readonly pauses: readonly number[];
  /** Place of the first finalized transcript; -1 if there is none. */
  readonly finalized: number;
  /** Places of playback starts. */
  readonly audioStarts: readonly number[];
  readonly outcome: Outcome;
  /** Events that tell of the clocks of two services. */
  readonly exchanges: readonly Exchange[];
  readonly facts: FactPlaces;
  /** Places of the events that tell of the prompt, and of those that bring the model's counters. */
  readonly built: readonly number[];
  readonly received: readonly number[];
}

/**
 * Asks the rules about a shape: `names` are its events in order, without time or metadata, and `shape` a
 * number of 16 bits for each. Steps take their places in `steps`.
 */
export function planRequest(
  shape: Uint16Array,
  names: readonly NamedEvent[],
  steps: SeriesTable,
): RequestPlan {
  const places = new KnownPlaces(names);
  const pairs = pairEvents(names, places);
  const spans = planSpans(pairs);
  const stepsOfShape = planSteps(names, steps);
  return {
    shape,
    spans,
    gaps: planGaps(spans, stepsOfShape),
    steps: stepsOfShape,
    playbacks: spans.filter(({ kind }) => kind === "playback"),
    llms: spans.filter(({ name }) => name === llmSpan),
    pauses: places.of(endpointing.end),
    finalized: places.of(Events.STT_TRANSCRIPT_FINALIZED)[0] ?? -1,
    audioStarts: places.of(Events.TTS_AUDIO_PLAYBACK_START),
    outcome: judgeOutcome(names, pairs),
    exchanges: findExchanges(names, places),
    facts: placeFacts(names, places),
    built: places.of(Events.V34_PROMPT_BUILT),
    received: places.of(Events.V34_OLLAMA_RECEIVED),
  };
}

function planSteps(names: readonly NamedEvent[], table: SeriesTable): PlannedStep[] {
  return names.slice(1).map((to, from) => {
    const name = stepName(names[from] ?? to, to);
    return { name, slot: table.slot(name) };
  });
}

/** Spans that have both events, in the order that decides ties of spans that start together. */
function planSpans(pairs: readonly SpanPair[]): PlannedSpan[] {
  const spans: PlannedSpan[] = [];
  for (const { name, kind, startEvent: from, endEvent: to } of pairs) {
    if (from === null || to === null) continue;
    spans.push({ name, kind, rank: catalogueRank(name), from, to });
  }
  // Mostly they are so already.
  const isOrdered = spans.every(({ rank }, index) => (spans[index - 1]?.rank ?? -1) <= rank);
  return isOrdered ? spans : spans.sort((a, b) => a.rank - b.rank);
}

/** The steps that no span covers, as `findGaps` finds them where each event has an instant of its own. */
function planGaps(spans: readonly PlannedSpan[], steps: readonly PlannedStep[]): PlannedStretch[] {
  const isCovered = new Uint8Array(steps.length);
  for (const { kind, from, to } of spans) if (kind !== "envelope") isCovered.fill(1, from, to);
  const gaps: PlannedStretch[] = [];
  for (const [from, { name }] of steps.entries()) {
    if (isCovered[from] === 0) gaps.push({ name, from, to: from + 1 });
  }
  return gaps;
}
