import { Events } from "../event/names.ts";
import { endpointing, llmSpan } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import { computeFigures, type Outcome } from "./figures.ts";
import { findGaps, stepName } from "./gaps.ts";
import { findSpans } from "./spans.ts";

/** Two events of a request by their places, and the series that their distance belongs to. */
export interface PlannedStretch {
  readonly from: number;
  readonly to: number;
  readonly slot: SeriesSlot;
}

/**
 * What is to be measured in every request whose events have the same names in the same order. Which
 * spans, gaps and steps there are depends on that order alone; only how long they are, and what
 * metadata adds, differs from request to request. So the rules are asked once per shape.
 */
export interface RequestPlan {
  readonly shape: Uint16Array;
  readonly spans: readonly PlannedStretch[];
  readonly gaps: readonly PlannedStretch[];
  readonly steps: readonly PlannedStretch[];
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
  const found = findSpans(events);
  const spans = found.flatMap((span) => {
    const { startEvent: from, endEvent: to } = span;
    return from === null || to === null
      ? []
      : [{ from, to, span, slot: tables.spans.slot(span.name) }];
  });
  const places = (name: string) =>
    events.flatMap((event, index) => (event.name === name ? [index] : []));
  return {
    shape,
    spans,
    gaps: findGaps(events, found).map(({ name, endEvent }) => ({
      from: endEvent - 1,
      to: endEvent,
      slot: tables.gaps.slot(name),
    })),
    steps: events.slice(1).map((to, from) => ({
      from,
      to: from + 1,
      slot: tables.steps.slot(stepName(events[from] ?? to, to)),
    })),
    playbacks: spans.filter(({ span }) => span.kind === "playback"),
    llms: spans.filter(({ span }) => span.name === llmSpan),
    pauses: places(endpointing.end),
    finalized: places(Events.STT_TRANSCRIPT_FINALIZED)[0] ?? -1,
    audioStarts: places(Events.TTS_AUDIO_PLAYBACK_START),
    outcome: computeFigures(events, found).outcome,
  };
}
