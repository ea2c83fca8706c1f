import { createHash } from "node:crypto";
import type { EventReport, RequestReport, SpanReport } from "../report/request_report.ts";
import { toMicroseconds } from "../units/microseconds.ts";
import { describeModelCall } from "./gen_ai.ts";
import { findParents } from "./otlp_parents.ts";
import { type KeyValue, toAttributes, toDurations } from "./otlp_value.ts";
import { type Extent, isWhole, spanExtent, turnExtent } from "./trace_time.ts";

/** Who says so: the name and version of what made the spans. */
export interface Scope {
  readonly name: string;
  readonly version: string;
}

/** A span as OTLP/JSON writes it. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events?: readonly {
    readonly timeUnixNano: string;
    readonly name: string;
    readonly attributes: readonly KeyValue[];
  }[];
}

/** All spans of one service. */
export interface ResourceSpans {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopeSpans: readonly { readonly scope: Scope; readonly spans: readonly OtlpSpan[] }[];
}

const internal = 1;
const server = 2;
const client = 3;
const unknownService = "unknown";

/**
 * A request as OTLP/JSON (opentelemetry-proto 1): one resource for each service, the turn as root of all
 * spans, with the events as logged. Ids are hashes of the request's id and start and of the span's name
 * and start, so that an export made again says the same. Times are exact to the microsecond.
 */
export function requestToOtlp(request: RequestReport, scope: Scope): ResourceSpans[] {
  const { id, startSeconds, spans, events } = request;
  const traceId = digest([id, toMicroseconds(startSeconds)], 32);
  const rootId = digest([traceId], 16);
  const ids = spanIds(traceId, spans);
  const parents = findParents(spans);
  const services = new Map<string, OtlpSpan[]>();
  const add = (service: string, span: OtlpSpan) => {
    const name = service === "" ? unknownService : service;
    const known = services.get(name);
    if (known === undefined) services.set(name, [span]);
    else known.push(span);
  };
  const first = events[0]?.service ?? unknownService;
  add(first, turnSpan(request, traceId, rootId));
  for (const [index, span] of spans.entries()) {
    const parent = ids[parents[index] ?? -1] ?? rootId;
    const place = { traceId, spanId: ids[index] ?? "", parentSpanId: parent };
    add(span.service ?? first, { ...place, ...describeSpan(span, request) });
  }
  return [...services].map(([service, own]) => ({
    resource: { attributes: toAttributes({ "service.name": service }) },
    scopeSpans: [{ scope, spans: own }],
  }));
}

function turnSpan(request: RequestReport, traceId: string, spanId: string): OtlpSpan {
  const { id, session, outcome, figures, slowest } = request;
  return {
    ...{ traceId, spanId, name: "turn", kind: server },
    ...timesOf(turnExtent(request)),
    attributes: toAttributes({
      "gen_ai.conversation.id": session ?? undefined,
      "timmy_latency.request": id,
      "timmy_latency.outcome": outcome,
      "timmy_latency.slowest": slowest?.name,
    }).concat(
      toDurations({
        "timmy_latency.total_ms": figures.totalMs,
        "timmy_latency.playback_ms": figures.playbackMs,
        "timmy_latency.processing_ms": figures.processingMs,
        "timmy_latency.voice_to_voice_ms": figures.voiceToVoiceMs,
      }),
    ),
    events: request.events.map(describeEvent),
  };
}

function describeEvent({ atSeconds, service, name, metadata }: EventReport) {
  const attributes = toAttributes({ ...metadata, "timmy_latency.service": service });
  return { timeUnixNano: nanoseconds(toMicroseconds(atSeconds)), name, attributes };
}

function describeSpan(span: SpanReport, request: RequestReport) {
  const call = describeModelCall(span, request);
  const receiver = request.events[span.endEvent ?? -1]?.service;
  const isCall = call !== null || span.kind === "hop" || span.kind === "envelope";
  return {
    name: call?.name ?? span.name,
    kind: isCall ? client : internal,
    ...timesOf(spanExtent(span)),
    attributes: toAttributes({
      "timmy_latency.kind": span.kind,
      "timmy_latency.span": call === null ? undefined : span.name,
      "timmy_latency.incomplete": span.incomplete ? true : undefined,
      "peer.service": span.kind === "hop" && receiver !== span.service ? receiver : undefined,
      ...call?.attributes,
    }).concat(
      toDurations({ "timmy_latency.clock_conflict_ms": isWhole(span) ? null : span.durationMs }),
    ),
  };
}

/** The same for the same spans, whatever else becomes known of the request later. */
function spanIds(traceId: string, spans: readonly SpanReport[]): string[] {
  const met = new Map<string, number>();
  return spans.map(({ name, startSeconds }) => {
    const startMicros = toMicroseconds(startSeconds);
    const key = `${startMicros} ${name}`;
    const nth = met.get(key) ?? 0;
    met.set(key, nth + 1);
    return digest([traceId, name, startMicros, nth], 16);
  });
}

function timesOf({ startMicros, endMicros }: Extent) {
  return { startTimeUnixNano: nanoseconds(startMicros), endTimeUnixNano: nanoseconds(endMicros) };
}

/** A number of so many digits is no float64 any more: three zeros are put behind it as text. */
function nanoseconds(micros: number): string {
  return micros === 0 ? "0" : `${micros}000`;
}

function digest(parts: readonly (string | number)[], digits: number): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}
