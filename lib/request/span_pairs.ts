import {
  endNeedsStart,
  genericMark,
  type SpanDefinition,
  type SpanKind,
  spanCatalogue,
  startNeedsEnd,
} from "../event/span_catalogue.ts";
import { KnownPlaces, type NamedEvent } from "./known_places.ts";

/** The events of a span, by their places in the request; null for the one that is missing. */
export interface SpanPair {
  readonly name: string;
  readonly kind: SpanKind;
  readonly startEvent: number | null;
  /** Before the start only in a hop: clocks disagree there. */
  readonly endEvent: number | null;
}

/**
 * Pairs the events of a request, which come in the order of time: spans of the catalogue in its order,
 * and then those that custom names tell of. Only names count here, and their order.
 */
export function pairEvents(
  events: readonly NamedEvent[],
  places = new KnownPlaces(events),
): SpanPair[] {
  const pairs: SpanPair[] = [];
  for (const definition of spanCatalogue) pairByCatalogue(pairs, events, places, definition);
  pairGenerics(pairs, events);
  return pairs;
}

function pairByCatalogue(
  pairs: SpanPair[],
  events: readonly NamedEvent[],
  places: KnownPlaces,
  definition: SpanDefinition,
): void {
  const named = places.ofFirst(definition.starts);
  const starts = named.length > 0 ? named : adjacentStarts(events, places, definition);
  const ends = places.ofFirst(definition.ends);
  const [start, end] = [starts[0], ends[0]];
  const isReversed = start !== undefined && end !== undefined && start > end;
  if (definition.kind === "hop" && isReversed && starts.length === 1 && ends.length === 1) {
    const { name, kind } = definition;
    pairs.push({ name, kind, startEvent: start, endEvent: end });
    return;
  }
  pairInOrder(pairs, definition, starts, ends, (place, role) => {
    const name = events[place]?.name ?? "";
    return role === "start" ? startNeedsEnd(name) : endNeedsStart(name);
  });
}

function adjacentStarts(
  events: readonly NamedEvent[],
  places: KnownPlaces,
  { adjacentStart, ends }: SpanDefinition,
): readonly number[] {
  if (adjacentStart === undefined) return [];
  return places.of(adjacentStart).filter((place) => {
    const service = events[place]?.service;
    const next = events.find((event, index) => index > place && event.service === service);
    return next !== undefined && ends.includes(next.name);
  });
}

/** Custom events that may make spans with each other. */
interface GenericGroup {
  readonly service: string;
  readonly stem: string;
  readonly isSure: boolean;
  readonly starts: number[];
  readonly ends: number[];
}

/** Pairs custom events by their names, within one service. */
function pairGenerics(pairs: SpanPair[], events: readonly NamedEvent[]): void {
  const groups = new Map<string, GenericGroup>();
  for (let place = 0; place < events.length; place++) {
    const { service = "", name = "" } = events[place] ?? {};
    const mark = genericMark(name);
    if (mark === null) continue;
    const key = JSON.stringify([service, mark.stem, mark.family]);
    const isSure = mark.family === "start-complete";
    const group = groups.get(key) ?? { service, stem: mark.stem, isSure, starts: [], ends: [] };
    group[mark.role === "start" ? "starts" : "ends"].push(place);
    groups.set(key, group);
  }
  if (groups.size === 0) return;
  const pairable = [...groups.values()].filter(
    ({ isSure, starts, ends }) => isSure || (starts.length > 0 && ends.length > 0),
  );
  for (const { service, stem, isSure, starts, ends } of pairable) {
    const isShared = pairable.some((other) => other.stem === stem && other.service !== service);
    const definition = {
      name: isShared ? sharedSpanName(service, stem) : stem,
      kind: "work",
    } as const;
    pairInOrder(pairs, definition, starts, ends, (_, role) => isSure || role === "end");
  }
}

/** What a custom span is called where another service has one of that name in the same request. */
export function sharedSpanName(service: string, stem: string): string {
  return `${service} ${stem}`;
}

/**
 * In time order each end closes the oldest open start. What is left over becomes an incomplete span
 * where `needsOther` says so, and is a plain event otherwise.
 */
function pairInOrder(
  pairs: SpanPair[],
  { name, kind }: Pick<SpanDefinition, "name" | "kind">,
  starts: readonly number[],
  ends: readonly number[],
  needsOther: (place: number, role: "start" | "end") => boolean,
): void {
  let open = 0;
  for (const end of ends) {
    const start = starts[open];
    if (start !== undefined && start <= end) {
      pairs.push({ name, kind, startEvent: start, endEvent: end });
      open++;
    } else if (needsOther(end, "end")) {
      pairs.push({ name, kind, startEvent: null, endEvent: end });
    }
  }
  for (; open < starts.length; open++) {
    const start = starts[open] ?? 0;
    if (!needsOther(start, "start")) continue;
    pairs.push({ name, kind, startEvent: start, endEvent: null });
  }
}
