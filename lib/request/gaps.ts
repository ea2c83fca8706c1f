import type { TimingEvent } from "../event/timing_event.ts";
import { type CompleteSpan, isComplete, type Span } from "./spans.ts";

/** A stretch between two neighbouring events in which nobody is known to have worked. */
export interface Gap {
  /** `a → b`, after its two events. */
  readonly name: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** The later event's place in the request; the earlier one is its neighbour. */
  readonly endEvent: number;
}

const arrow = " → ";

/** The label of two neighbouring events. */
export function stepName(from: Pick<TimingEvent, "name">, to: Pick<TimingEvent, "name">): string {
  return `${from.name}${arrow}${to.name}`;
}

/** The events of such a label; null if one of their names has an arrow, too. */
export function eventsOfStep(label: string): [from: string, to: string] | null {
  const [from, to, ...more] = label.split(arrow);
  return from === undefined || to === undefined || more.length > 0 ? null : [from, to];
}

/** Spans that account for time: complete, and no envelope around others. */
export function coveringSpans(spans: readonly Span[]): CompleteSpan[] {
  return spans.filter((span): span is CompleteSpan => isComplete(span) && span.kind !== "envelope");
}

/** Finds the gaps of a request, in time order. */
export function findGaps(events: readonly TimingEvent[], spans: readonly Span[]): Gap[] {
  const covering = coveringSpans(spans);
  const gaps: Gap[] = [];
  for (let endEvent = 1; endEvent < events.length; endEvent++) {
    const [from, to] = [events[endEvent - 1], events[endEvent]];
    if (from === undefined || to === undefined) continue;
    if (to.timestampSeconds <= from.timestampSeconds) continue;
    // Every covering span ends at an event, so within a step it can only begin, and then lasts on.
    let coveredFrom = to.timestampSeconds;
    for (const { startSeconds, endSeconds } of covering) {
      if (endSeconds >= to.timestampSeconds && startSeconds < coveredFrom)
        coveredFrom = startSeconds;
    }
    if (coveredFrom <= from.timestampSeconds) continue;
    gaps.push({
      name: stepName(from, to),
      startSeconds: from.timestampSeconds,
      endSeconds: coveredFrom,
      endEvent,
    });
  }
  return gaps;
}
