import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import * as DevTools from "@paulirish/trace_engine";
import fc from "fast-check";
import { ChromeTrace } from "../../../lib/render/chrome_trace.ts";
import type { RequestReport } from "../../../lib/report/request_report.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { analyzeFiles } from "../../support/analysis.ts";
import { fixtures } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";
import { hostileRequest } from "../../support/hostile_requests.ts";
import { randomTrace } from "../../support/random_trace.ts";
import { checkTrace, type TraceRecord } from "../../support/trace_rules.ts";

function traceOf(requests: readonly RequestReport[]): string {
  let text = "";
  const trace = new ChromeTrace((part) => {
    text += part;
  });
  for (const request of requests) trace.add(request);
  trace.end();
  return text;
}

const recordsOf = (requests: readonly RequestReport[]) =>
  (JSON.parse(traceOf(requests)) as { traceEvents: TraceRecord[] }).traceEvents;

const reportOf = (...events: ReturnType<typeof eventAt>[]) =>
  describeRequest(analyzeRequest({ id: events[0]?.requestId ?? "", events }));

const turn = [
  eventAt(0, "stt_pause_detected", { metadata: { pause_threshold: 0.5 } }),
  eventAt(10, "stt_sending_to_v34"),
  eventAt(15.25, "v34_webhook_received", { metadata: { session_id: "s1" } }),
  eventAt(100, "v34_classification_complete"),
  eventAt(120, "v34_prompt_built", { metadata: { prompt_tokens_est: 812 } }),
  eventAt(130, "v34_ollama_sent", { metadata: { model: "m" } }),
  eventAt(900, "v34_ollama_received", { metadata: { eval_duration_ms: 300 } }),
  eventAt(1000, "tts_audio_playback_start"),
  eventAt(2000, "tts_audio_playback_complete"),
];

describe("ChromeTrace", () => {
  test("is a document without any request", () => {
    expect(JSON.parse(traceOf([]))).toEqual({ traceEvents: [] });
  });

  test("shows a turn, its id and its wait as slices of one id", () => {
    const own = recordsOf([reportOf(...turn)]).filter(({ cat }) => cat === "turn");
    const at = (ms: number) => 1_764_253_800_000_000 + ms * 1000;
    expect(own.map(({ ph, name, ts }) => [ph, name, ts])).toEqual([
      ["b", "turn", at(-500)],
      ["b", "aaaa0001", at(-500)],
      ["b", "voice-to-voice", at(-500)],
      ["e", "voice-to-voice", at(1000)],
      ["e", "aaaa0001", at(2000)],
      ["e", "turn", at(2000)],
    ]);
    expect(own[0]?.args).toMatchObject({ request: "aaaa0001", session: "s1", outcome: "answered" });
  });

  test("shows services as processes, and their spans with what was logged at both ends", () => {
    const records = recordsOf([reportOf(...turn)]);
    const processes = records.filter(({ name }) => name === "process_name");
    expect(processes.map(({ args }) => args["name"])).toEqual(["turns", "stt", "v34", "tts"]);
    const llm = records.find(({ name }) => name === "llm");
    expect(llm).toMatchObject({ ph: "X", cat: "work", pid: 3, dur: 770_000 });
    expect(llm?.args).toEqual({
      request: "aaaa0001",
      from: { event: "v34_ollama_sent", metadata: { model: "m" } },
      to: { event: "v34_ollama_received", metadata: { eval_duration_ms: 300 } },
    });
  });

  test("draws an arrow from where a hop is sent to where it arrives", () => {
    const records = recordsOf([reportOf(...turn)]);
    const [start, end] = ["s", "f"].map((phase) => records.find(({ ph }) => ph === phase));
    expect(start).toMatchObject({ name: "hand-off stt→v34", pid: 2, ts: 1_764_253_800_010_000 });
    expect(end).toMatchObject({ id: start?.id as string, pid: 3, ts: 1_764_253_800_015_250 });
  });

  test("counts the tokens of prompts", () => {
    const counters = recordsOf([reportOf(...turn)]).filter(({ ph }) => ph === "C");
    expect(counters).toMatchObject([{ name: "prompt tokens", pid: 3, args: { estimated: 812 } }]);
  });

  test("marks spans without an end, clocks that disagree and events of no span", () => {
    const records = recordsOf([
      reportOf(
        eventAt(0, "v34_webhook_received"),
        eventAt(1, "stt_hello", { metadata: { a: 1 } }),
        eventAt(40, "stt_sending_to_v34"),
        eventAt(50, "tts_synthesis_start"),
      ),
    ]);
    const marks = records.filter(({ ph }) => ph === "i");
    expect(
      marks.map(({ name, args }) => [name, args["incomplete"], args["clock_conflict"]]),
    ).toEqual([
      ["hand-off stt→v34", undefined, true],
      ["stt_hello", undefined, undefined],
      ["synthesis", true, undefined],
    ]);
    expect(marks[0]?.args["duration_ms"]).toBeCloseTo(-40, 3);
    expect(records.filter(({ ph }) => "sf".includes(ph))).toEqual([]);
  });

  test("gives requests at the same time rows of their own, and uses rows again", () => {
    const at = (ms: number, id: string) =>
      reportOf(eventAt(ms, "v34_x_start", { id }), eventAt(ms + 100, "v34_x_end", { id }));
    const requests = [
      at(0, "aaaa0001"),
      at(50, "aaaa0002"),
      at(100, "aaaa0003"),
      at(150, "aaaa0004"),
    ];
    const slices = recordsOf(requests).filter(({ ph }) => ph === "X");
    expect(slices.map(({ tid }) => tid)).toEqual([10_001, 10_002, 10_001, 10_002]);
    expect(checkTrace(traceOf(requests)).threads).toBe(2);
  });

  test("shows what finds no row any more as asynchronous slices and instants", () => {
    const requests = Array.from({ length: 300 }, (_, index) =>
      reportOf(
        eventAt(0, "v34_x_start", { id: `id${index}` }),
        eventAt(1, "v34_hello", { id: `id${index}` }),
        eventAt(100, "v34_x_end", { id: `id${index}` }),
      ),
    );
    const counts = checkTrace(traceOf(requests));
    expect(counts).toMatchObject({ slices: 256, instants: 256, threads: 256, asyncInstants: 44 });
    // A turn of this kind has two slices, as it has no wait.
    expect(counts.asyncSlices).toBe(300 * 2 + 44);
  });

  test("shows services beyond the 4096th as one", () => {
    const requests = Array.from({ length: 4100 }, (_, index) =>
      reportOf(eventAt(index * 10, "x", { service: `service ${index}` })),
    );
    const counts = checkTrace(traceOf(requests));
    expect(counts.processes).toBe(4096 + 2);
    expect(
      recordsOf(requests).filter(({ args }) => args?.["name"] === "other services"),
    ).toHaveLength(1);
  });

  test("keeps times that no clock shows within what viewers can count", () => {
    const far = (seconds: number) => ({ ...eventAt(0, "x_start"), timestampSeconds: seconds });
    const wild = [-1e300, -5, 0, 1e15, 1e300].map((seconds) => reportOf(far(seconds)));
    const stretched = reportOf(far(-1e300), { ...far(1e300), name: "x_end" });
    expect(checkTrace(traceOf([...wild, stretched])).slices).toBe(1);
  });

  test("keeps the format's rules whatever order events come in", () => {
    const requests = Array.from({ length: 400 }, (_, seed) =>
      describeRequest(analyzeRequest({ id: `id${seed}`, events: randomTrace(seed + 1) })),
    );
    const isWhole = ({ durationMs }: { durationMs: number | null }) => (durationMs ?? -1) >= 0;
    let [arrows, broken] = [0, 0];
    for (const request of requests) {
      const counts = checkTrace(traceOf([request]));
      const whole = request.spans.filter(isWhole);
      const hops = whole.filter(({ kind }) => kind === "hop").length;
      expect(counts).toMatchObject({ slices: whole.length + hops, arrows: hops });
      arrows += hops;
      broken += request.spans.length - whole.length;
    }
    expect(arrows).toBeGreaterThan(200);
    expect(broken).toBeGreaterThan(200);
    // All at the same time, so that many find no row.
    const together = checkTrace(traceOf(requests));
    expect(together.asyncSlices).toBeGreaterThan(1000);
    expect(together.arrows).toBeGreaterThan(0);
  });

  test("keeps the format's rules whatever names and metadata say", () => {
    let requests = 0;
    fc.assert(
      fc.property(fc.array(hostileRequest, { minLength: 1, maxLength: 4 }), (some) => {
        checkTrace(traceOf(some));
        requests += some.length;
      }),
      { numRuns: 200 },
    );
    expect(requests).toBeGreaterThan(200);
  });
});

describe("the parser of Chrome's own viewer", () => {
  test("finds every process, thread, slice and arrow", async () => {
    const { requests } = await analyzeFiles([join(fixtures, "conversation.log")]);
    const text = traceOf(requests);
    const counts = checkTrace(text);
    const processor = DevTools.Processor.TraceProcessor.createWithAllHandlers();
    await processor.parse(JSON.parse(text).traceEvents, { showAllEvents: true });
    const { Meta, Renderer, Flows } = processor.data as never as ViewerData;
    expect([...Meta.processNames.values()].map(({ args }) => args.name)).toEqual([
      ..."turns stt v34 tts".split(" "),
    ]);
    const threads = [...Renderer.processes.values()].flatMap(({ threads: own }) => [
      ...own.values(),
    ]);
    expect(threads.length).toBe(counts.threads);
    const entries = threads.flatMap((thread) => thread.entries);
    expect(entries.filter(({ ph }) => ph === "X").length).toBe(counts.slices);
    expect(Math.max(...threads.map(({ tree }) => tree.maxDepth))).toBe(2);
    expect(Flows.flows.length).toBe(counts.arrows);
    for (const [from, to] of Flows.flows) {
      expect(from?.name).toStartWith("hand-off");
      expect(to?.args["request"]).toBe(from?.args["request"] as string);
    }
    expect(counts).toMatchObject({ arrows: 24, slices: 225 });
  });
});

/** What of the viewer's model is looked at. */
interface ViewerData {
  readonly Meta: {
    readonly processNames: Map<number, { readonly args: { readonly name: string } }>;
  };
  readonly Renderer: {
    readonly processes: Map<
      number,
      {
        readonly threads: Map<
          number,
          { readonly entries: readonly TraceRecord[]; readonly tree: { readonly maxDepth: number } }
        >;
      }
    >;
  };
  readonly Flows: { readonly flows: readonly (readonly TraceRecord[])[] };
}
