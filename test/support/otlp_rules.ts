import generated from "@opentelemetry/otlp-transformer/build/src/generated/root";
import type { OtlpSpan, ResourceSpans } from "../../lib/render/otlp.ts";

/** What of protobuf.js's generated classes is used. */
interface MessageType {
  fromObject(value: unknown): object;
  verify(message: object): string | null;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): unknown;
}

/** The official definitions, as the OpenTelemetry project generates them from its .proto files. */
const requestType = (
  generated as unknown as {
    opentelemetry: {
      proto: { collector: { trace: { v1: { ExportTraceServiceRequest: MessageType } } } };
    };
  }
).opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

const idFields = ["traceId", "spanId", "parentSpanId"];

/** A span and the service it belongs to. */
export interface PlacedSpan extends OtlpSpan {
  readonly service: string;
}

/**
 * Reads one line of OTLP/JSON and throws unless it is exactly a message of the official definitions: it
 * comes back the same from their classes and from the binary form, so that no field is unknown,
 * misspelt or of another type. Then the rules that no definition can say: ids, order of times, parents.
 * Returns all its spans.
 */
export function checkOtlp(line: string): PlacedSpan[] {
  if (!line.isWellFormed()) throw new Error("The line is not well formed");
  const written = JSON.parse(line) as { readonly resourceSpans: readonly ResourceSpans[] };
  const message = requestType.fromObject(mapIds(written, hexToBytes));
  const fault = requestType.verify(message);
  if (fault !== null) throw new Error(fault);
  const decoded = requestType.decode(requestType.encode(message).finish());
  for (const form of [message, decoded]) {
    const plain = mapIds(requestType.toObject(form, { longs: String }), bytesToHex);
    if (JSON.stringify(sorted(plain)) !== JSON.stringify(sorted(written))) {
      throw new Error(
        `Not the same:\n${JSON.stringify(sorted(plain))}\n${JSON.stringify(sorted(written))}`,
      );
    }
  }
  return checkSpans(written.resourceSpans);
}

function checkSpans(resources: readonly ResourceSpans[]): PlacedSpan[] {
  const spans = resources.flatMap(({ resource, scopeSpans }) => {
    const name = resource.attributes.find(({ key }) => key === "service.name")?.value;
    const service = name !== undefined && "stringValue" in name ? String(name.stringValue) : "";
    if (service === "") throw new Error("A service has no name");
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service })));
  });
  const services = resources.map((resource) => JSON.stringify(resource.resource));
  if (new Set(services).size !== services.length) throw new Error("A service stands there twice");
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  if (byId.size !== spans.length) throw new Error("Two spans share an id");
  if (new Set(spans.map(({ traceId }) => traceId)).size !== 1) throw new Error("Not one trace");
  for (const span of spans) checkSpan(span, byId);
  if (spans.filter(({ parentSpanId }) => parentSpanId === undefined).length !== 1) {
    throw new Error("Not one root");
  }
  return spans;
}

function checkSpan(span: OtlpSpan, byId: ReadonlyMap<string, OtlpSpan>): void {
  const broken = (rule: string) => new Error(`${rule}: ${JSON.stringify(span)}`);
  if (!/^(?!0+$)[0-9a-f]{32}$/.test(span.traceId)) throw broken("Invalid trace id");
  if (!/^(?!0+$)[0-9a-f]{16}$/.test(span.spanId)) throw broken("Invalid span id");
  if (span.name === "") throw broken("No name");
  const keys = span.attributes.map(({ key }) => key);
  if (new Set(keys).size !== keys.length) throw broken("An attribute stands there twice");
  const [start, end] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
  if (end < start || start < 0n || end >= 2n ** 63n) throw broken("Impossible times");
  let above: OtlpSpan | undefined = span;
  for (let steps = 0; above?.parentSpanId !== undefined; steps++) {
    above = byId.get(above.parentSpanId);
    if (above === undefined || steps > byId.size) throw broken("A parent is missing");
    const isIn = BigInt(above.startTimeUnixNano) <= start && BigInt(above.endTimeUnixNano) >= end;
    if (!isIn) throw broken("Not within its parent");
  }
}

function mapIds(value: unknown, convert: (id: never) => unknown): unknown {
  if (Array.isArray(value)) return value.map((member) => mapIds(member, convert));
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      idFields.includes(key) ? convert(member as never) : mapIds(member, convert),
    ]),
  );
}

const hexToBytes = (id: string) => Buffer.from(id, "hex");
const bytesToHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** In the order of keys; protobuf knows no difference between an empty list and none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(
    ([, member]) => !(Array.isArray(member) && member.length === 0),
  );
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([key, member]) => [key, sorted(member)]);
}
