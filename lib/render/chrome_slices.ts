import type { EventReport, RequestReport, SpanReport } from "../report/request_report.ts";
import { toMicroseconds } from "../units/microseconds.ts";
import { type Extent, isWhole, spanExtent } from "./trace_time.ts";

/** One end of the arrow that a hop is. */
interface FlowEnd {
  readonly name: string;
  readonly id: string;
  readonly role: "start" | "end";
}

/** A stretch of time that a service shows. */
export interface Slice extends Extent {
  readonly name: string;
  readonly category: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly flow?: FlowEnd;
}

/** A moment that a service shows. */
export interface Marker extends Extent {
  readonly name: string;
  readonly category: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Present if it is a value that changes there. */
  readonly counter?: Readonly<Record<string, number>>;
}

/** What a service shows of one request. */
export interface ServiceSlices {
  readonly slices: Slice[];
  readonly markers: Marker[];
}

/** Long enough for an arrow to point at, and for viewers to draw. */
const arrivalMicros = 1;
const promptTokensKey = "prompt_tokens_est";

/**
 * Sorts what is to be seen of a request by service, each in the order in which it first occurs: whole
 * spans as slices, the others and all events that belong to no span as markers. A hop is a slice where it
 * starts and a short one where it arrives. `newId` gives each arrow its id.
 */
export function chromeSlices(
  request: RequestReport,
  newId: () => string,
): ReadonlyMap<string, ServiceSlices> {
  const services = new Map<string, ServiceSlices>();
  const at = (service: string) => {
    const known = services.get(service) ?? { slices: [], markers: [] };
    services.set(service, known);
    return known;
  };
  const { id, events } = request;
  const shown = new Set<number>();
  for (const span of request.spans) {
    const here = at(span.service ?? events[0]?.service ?? "");
    const sides = sidesOf(span, events);
    for (const index of [span.startEvent, span.endEvent]) if (index !== null) shown.add(index);
    if (isWhole(span)) addWhole(span, { request: id, ...sides });
    else here.markers.push(brokenSpan(span, { request: id, ...sides }));

    function addWhole(whole: SpanReport, args: Slice["args"]) {
      const { name, kind: category } = whole;
      const extent = spanExtent(whole);
      const arrival = whole.kind === "hop" ? events[whole.endEvent ?? -1] : undefined;
      if (arrival === undefined || whole.startEvent === null) {
        here.slices.push({ name, category, args, ...extent });
        return;
      }
      const flow = { name, id: newId() };
      here.slices.push({ name, category, args, ...extent, flow: { ...flow, role: "start" } });
      at(arrival.service).slices.push({
        ...{ name: arrival.name, category: "hop", args: { request: id } },
        ...{ startMicros: extent.endMicros, endMicros: extent.endMicros + arrivalMicros },
        flow: { ...flow, role: "end" },
      });
    }
  }
  for (const [index, event] of events.entries()) {
    const { markers } = at(event.service);
    if (!shown.has(index)) markers.push(eventMarker(event, id));
    const tokens = countOf(event, promptTokensKey);
    if (tokens !== null) markers.push(tokenCounter(event, tokens));
  }
  return services;
}

/** What the log says of a span's two ends. */
function sidesOf(span: SpanReport, events: readonly EventReport[]): Record<string, unknown> {
  const sides = [
    ["from", events[span.startEvent ?? -1]],
    ["to", events[span.endEvent ?? -1]],
  ] as const;
  return Object.fromEntries(
    sides.flatMap(([side, event]) =>
      event === undefined ? [] : [[side, { event: event.name, ...described(event) }]],
    ),
  );
}

function described({ metadata }: EventReport) {
  return Object.keys(metadata).length === 0 ? {} : { metadata };
}

/** A span without an end, or that ends before it starts. */
function brokenSpan(span: SpanReport, args: Slice["args"]): Marker {
  const why = span.incomplete
    ? { incomplete: true }
    : { clock_conflict: true, duration_ms: span.durationMs };
  return { name: span.name, category: span.kind, ...spanExtent(span), args: { ...args, ...why } };
}

function eventMarker(event: EventReport, request: string): Marker {
  const args = { request, ...described(event) };
  return { name: event.name, category: "event", ...momentOf(event), args };
}

function tokenCounter(event: EventReport, estimated: number): Marker {
  const name = "prompt tokens";
  return { name, category: "counter", ...momentOf(event), args: {}, counter: { estimated } };
}

function momentOf({ atSeconds }: EventReport): Extent {
  const micros = toMicroseconds(atSeconds);
  return { startMicros: micros, endMicros: micros };
}

function countOf({ metadata }: EventReport, key: string): number | null {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : null;
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}
