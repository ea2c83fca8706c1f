import { Events } from "../event/names.ts";
import { endpointing, llmSpan } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import { type Exchange, findExchanges } from "./causal_links.ts";
import { computeFigures, type Outcome } from "./figures.ts";
import { findGaps, stepName } from "./gaps.ts";
import { type FactPlaces, placeFacts } from "./hint_facts.ts";
import { findSpans, type Span } from "./spans.ts";

/** Two events of a request by their places, and the series that their distance belongs to. */
export interface PlannedStep {
  readonly from: number;
  readonly to: number;
  readonly slot: SeriesSlot;
}

/**
 * A stretch between two events that is measured only where it has a length. It takes its place in a
 * table when it is measured first, as places are scarce.
 */
export interface PlannedStretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A stretch that is a span. */
export interface PlannedSpan extends PlannedStretch {
  readonly span: Span;
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

/** The tables that a plan measures into. */
export interface PlanTables {
  readonly spans: SeriesTable;
  readonly gaps: SeriesTable;
  readonly steps: SeriesTable;
}

/** Asks the rules about a shape: `names` are its events in order, without time or metadata. */
export function planRequest(
  shape: Uint16Array,
  names: readonly { readonly service: string; readonly name: string }[],
  tables: PlanTables,
): RequestPlan {
  // Any strictly growing times will do: equal ones only make stretches of no length.
  const events = names.map(
    ({ service, name }, index): TimingEvent => ({
      timestampSeconds: index,
      requestId: "",
      service,
      name,
      metadata: {},
    }),
  );
  // At equal times, though, spans come in the order that decides ties.
  const found = findSpans(events.map((event) => ({ ...event, timestampSeconds: 0 })));
  const spans = found.flatMap((span) => {
    const { name, startEvent: from, endEvent: to } = span;
    return from === null || to === null ? [] : [{ name, from, to, span }];
  });
  const stretches = spans.map(({ span, from, to }) => ({
    ...span,
    startSeconds: from,
    endSeconds: to,
  }));
  const llms = spans.filter(({ span }) => span.name === llmSpan);
  const places = (name: string) =>
    events.flatMap((event, index) => (event.name === name ? [index] : []));
  const pauses = places(endpointing.end);
  return {
    shape,
    spans,
    gaps: findGaps(events, stretches).map(({ name, endEvent }) => ({
      name,
      from: endEvent - 1,
      to: endEvent,
    })),
    steps: events.slice(1).map((to, from) => ({
      from,
      to: from + 1,
      slot: tables.steps.slot(stepName(events[from] ?? to, to)),
    })),
    playbacks: spans.filter(({ span }) => span.kind === "playback"),
    llms,
    pauses,
    finalized: places(Events.STT_TRANSCRIPT_FINALIZED)[0] ?? -1,
    audioStarts: places(Events.TTS_AUDIO_PLAYBACK_START),
    outcome: computeFigures(events, found).outcome,
    exchanges: findExchanges(events),
    facts: placeFacts(events),
    built: places(Events.V34_PROMPT_BUILT),
    received: places(Events.V34_OLLAMA_RECEIVED),
  };
}
