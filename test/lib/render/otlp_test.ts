import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { requestToOtlp } from "../../../lib/render/otlp.ts";
import type { KeyValue } from "../../../lib/render/otlp_value.ts";
import { stringifyWellFormed } from "../../../lib/render/well_formed_json.ts";
import type { RequestReport } from "../../../lib/report/request_report.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { analyzeFiles } from "../../support/analysis.ts";
import { fixtures } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";
import { hostileRequest } from "../../support/hostile_requests.ts";
import { checkOtlp, type PlacedSpan } from "../../support/otlp_rules.ts";
import { randomTrace } from "../../support/random_trace.ts";

const scope = { name: "timmy-latency", version: "1" };
const lineOf = (request: RequestReport) =>
  stringifyWellFormed({ resourceSpans: requestToOtlp(request, scope) });
const spansOf = (request: RequestReport) => checkOtlp(lineOf(request));
const reportOf = (...events: ReturnType<typeof eventAt>[]) =>
  describeRequest(analyzeRequest({ id: events[0]?.requestId ?? "", events }));

const turn = [
  eventAt(0, "stt_pause_detected", { metadata: { pause_threshold: 0.5 } }),
  eventAt(8, "stt_transcript_finalized"),
  eventAt(9, "stt_http_request_start"),
  eventAt(15.25, "v34_webhook_received", { metadata: { session_id: "s1", nested: { a: [1] } } }),
  eventAt(100, "v34_classification_complete"),
  eventAt(130, "v34_ollama_sent", { metadata: { model: "llama3.1:8b" } }),
  eventAt(900, "v34_ollama_received", {
    metadata: {
      ...{ prompt_eval_count: 812, eval_count: 41, prompt_eval_cached_count: 700 },
      ...{ prompt_eval_duration_ms: 200, eval_duration_ms: 300 },
    },
  }),
  eventAt(910, "stt_http_response_received"),
  eventAt(1000, "tts_audio_playback_start"),
  eventAt(2000, "tts_audio_playback_complete"),
];

const attributesOf = (span: { readonly attributes: readonly KeyValue[] } | undefined) =>
  Object.fromEntries(
    (span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
  );
const find = (spans: readonly PlacedSpan[], name: string) =>
  spans.find((span) => span.name === name);

describe("requestToOtlp()", () => {
  const spans = spansOf(reportOf(...turn));

  test("makes the turn the root, with the events as they were logged", () => {
    const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
    expect(root).toMatchObject({
      ...{ name: "turn", service: "stt", kind: 2 },
      startTimeUnixNano: "1764253799500000000",
      endTimeUnixNano: "1764253802000000000",
    });
    expect(attributesOf(root)).toMatchObject({
      "gen_ai.conversation.id": "s1",
      "timmy_latency.request": "aaaa0001",
      "timmy_latency.outcome": "answered",
      "timmy_latency.slowest": "llm",
    });
    expect(root?.events).toHaveLength(turn.length);
    expect(root?.events?.[3]).toMatchObject({
      name: "v34_webhook_received",
      timeUnixNano: "1764253800015250000",
    });
    expect(attributesOf(root?.events?.[3])).toEqual({
      session_id: "s1",
      nested: '{"a":[1]}',
      "timmy_latency.service": "v34",
    });
  });

  test("puts spans below what they lie in", () => {
    const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
    const parents = spans.map(({ name, parentSpanId = "" }) => [name, names.get(parentSpanId)]);
    expect(Object.fromEntries(parents)).toEqual({
      turn: undefined,
      endpointing: "turn",
      finalization: "turn",
      "hand-off stt→v34": "http call",
      "http call": "turn",
      classification: "http call",
      "chat llama3.1:8b": "http call",
      prefill: "chat llama3.1:8b",
      generation: "chat llama3.1:8b",
      playback: "turn",
    });
    expect(spans).toHaveLength(10);
  });

  test("has one resource for each service", () => {
    const services = requestToOtlp(reportOf(...turn), scope).map(({ resource, scopeSpans }) => [
      attributesOf(resource)["service.name"],
      scopeSpans.flatMap((own) => own.spans).length,
    ]);
    expect(services).toEqual([
      ["stt", 5],
      ["v34", 4],
      ["tts", 1],
    ]);
  });

  test("describes calls of the model in the words of the GenAI conventions", () => {
    const call = find(spans, "chat llama3.1:8b");
    expect(call?.kind).toBe(3);
    expect(attributesOf(call)).toEqual({
      "timmy_latency.kind": "work",
      "timmy_latency.span": "llm",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": "llama3.1:8b",
      "gen_ai.usage.input_tokens": "812",
      "gen_ai.usage.output_tokens": "41",
      "gen_ai.usage.cache_read.input_tokens": "700",
      "gen_ai.conversation.id": "s1",
    });
  });

  test("says of a hop who receives it", () => {
    const hop = find(spans, "hand-off stt→v34");
    expect(hop).toMatchObject({ service: "stt", kind: 3 });
    expect(attributesOf(hop)).toEqual({ "timmy_latency.kind": "hop", "peer.service": "v34" });
    expect(find(spans, "classification")?.kind).toBe(1);
  });

  test("marks spans without an end and clocks that disagree, without a length", () => {
    const odd = spansOf(
      reportOf(
        eventAt(0, "v34_webhook_received"),
        eventAt(40, "stt_sending_to_v34"),
        eventAt(50, "tts_synthesis_start"),
      ),
    );
    const [conflict, open] = [find(odd, "hand-off stt→v34"), find(odd, "synthesis")];
    expect(attributesOf(conflict)["timmy_latency.clock_conflict_ms"]).toBeCloseTo(-40, 3);
    expect(attributesOf(open)["timmy_latency.incomplete"]).toBe(true);
    for (const span of [conflict, open])
      expect(span?.endTimeUnixNano).toBe(span?.startTimeUnixNano ?? "");
  });

  test("names an unnamed service", () => {
    const [only] = spansOf(reportOf(eventAt(0, "x", { service: "" })));
    expect(only?.service).toBe("unknown");
  });

  test("keeps ids when the request goes on", () => {
    const before = spansOf(reportOf(...turn.slice(0, 6)));
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(before[0]?.traceId).toBe(spans[0]?.traceId as string);
    expect(before.filter(({ spanId }) => !ids.has(spanId))).toEqual([]);
    expect(
      before.filter(({ attributes }) => JSON.stringify(attributes).includes("incomplete")),
    ).toHaveLength(2);
  });

  test("makes the same ids always", () => {
    expect(spans[0]).toMatchObject({
      traceId: "de2db6af9416112cec0b25923c5e29a1",
      spanId: "20a75ce1ef04e226",
    });
    expect(lineOf(reportOf(...turn))).toBe(lineOf(reportOf(...turn)));
  });

  test("gives spans of one name and start ids of their own, and other requests another trace", () => {
    const twin = (name: string) => eventAt(0, name, { service: "v34" });
    const twins = spansOf(
      reportOf(
        twin("x_start"),
        twin("x_start"),
        eventAt(5, "v34_y"),
        {
          ...eventAt(6, "x_end"),
          service: "v34",
        },
        { ...eventAt(7, "x_end"), service: "v34" },
      ),
    );
    expect(twins.filter(({ name }) => name === "x")).toHaveLength(2);
    const others = [0, 0.001].map((ms) => spansOf(reportOf(eventAt(ms, "x")))[0]?.traceId);
    expect(new Set([...others, twins[0]?.traceId]).size).toBe(2);
    expect(spansOf(reportOf(eventAt(0, "x", { id: "b" })))[0]?.traceId).not.toBe(others[0]);
  });

  test("loses no microsecond", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_102_444_800 }),
        fc.integer({ min: 0, max: 999_999 }),
        fc.nat(600_000_000),
        (seconds, micros, length) => {
          const at = BigInt(seconds) * 1_000_000n + BigInt(micros);
          const text = (instant: bigint) =>
            `${instant / 1_000_000n}.${String(instant % 1_000_000n).padStart(6, "0")}`;
          const event = (instant: bigint, name: string) => ({
            ...eventAt(0, name),
            timestampSeconds: Number(text(instant)),
          });
          const end = at + BigInt(length);
          const [, span] = spansOf(reportOf(event(at, "x_start"), event(end, "x_end")));
          expect(span).toMatchObject({
            startTimeUnixNano: String(at * 1000n),
            endTimeUnixNano: String(end * 1000n),
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test("keeps times that no clock shows within 64 bits", () => {
    const far = (seconds: number, name: string) => ({
      ...eventAt(0, name),
      timestampSeconds: seconds,
    });
    const [root] = spansOf(reportOf(far(-1e300, "x_start"), far(1e300, "x_end")));
    expect(root).toMatchObject({ startTimeUnixNano: "0", endTimeUnixNano: "9007199254740991000" });
  });

  test("is what the official definitions say, for every fixture", async () => {
    const names = ["readme-sample", "conversation", "kv-cache", "before", "after"];
    let lines = 0;
    for (const name of names) {
      const { requests } = await analyzeFiles([join(fixtures, `${name}.log`)]);
      for (const request of requests) {
        expect(spansOf(request)).toHaveLength(request.spans.length + 1);
        lines++;
      }
    }
    expect(lines).toBeGreaterThan(60);
  });

  test("is what the official definitions say, whatever order events come in", () => {
    let spanCount = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const request = describeRequest(analyzeRequest({ id: "x", events: randomTrace(seed) }));
      spanCount += spansOf(request).length;
    }
    expect(spanCount).toBeGreaterThan(1500);
  });

  test("is what the official definitions say, whatever names and metadata say", () => {
    let events = 0;
    fc.assert(
      fc.property(hostileRequest, (request) => {
        const [root] = spansOf(request);
        events += root?.events?.length ?? 0;
        expect(root?.events).toHaveLength(request.events.length);
      }),
      { numRuns: 300 },
    );
    expect(events).toBeGreaterThan(600);
  });
});

describe("the check of OTLP", () => {
  const line = lineOf(reportOf(...turn));

  test.each([
    ["a field that is not defined", line.replace('"kind":2', '"kind":2,"sort":1')],
    ["a misspelt field", line.replace("startTimeUnixNano", "start_time_unix_nano")],
    ["a time that is a number", line.replace('"1764253799500000000"', "1764253799500000000")],
    ["a value of two kinds", line.replace('{"stringValue":"s1"}', '{"stringValue":1}')],
    ["an id that is too short", line.replace(/"spanId":"../, '"spanId":"')],
    ["a parent that is missing", line.replace(/"parentSpanId":"./, '"parentSpanId":"x')],
  ])("finds %s", (_, damaged) => {
    expect(damaged).not.toBe(line);
    expect(() => checkOtlp(damaged)).toThrow();
  });
});
