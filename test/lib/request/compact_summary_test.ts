/** The summary by plans against the summary by objects: not a bit may differ. */
import { describe, expect, test } from "bun:test";
import { Events } from "../../../lib/event/names.ts";
import { PairNames } from "../../../lib/event/pair_names.ts";
import { LineScanner } from "../../../lib/event/scanner/line_scanner.ts";
import type { JsonValue, Metadata, TimingEvent } from "../../../lib/event/timing_event.ts";
import { summaryToJson } from "../../../lib/render/json.ts";
import type { ClockPairReport } from "../../../lib/report/clock_report.ts";
import { RequestAssembler } from "../../../lib/request/assemble.ts";
import { summaryCaptures } from "../../../lib/request/capture_scheme.ts";
import { Collector } from "../../../lib/request/collect.ts";
import { CompactSummary } from "../../../lib/request/compact_summary.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { HintEvidenceBuilder } from "../../../lib/request/hint_evidence.ts";
import { hintFactsOf } from "../../../lib/request/hint_facts.ts";
import { RequestTable } from "../../../lib/request/request_table.ts";
import { RequestSummary } from "../../../lib/request/summarize.ts";
import { eventAt, seededRandom } from "../../support/events.ts";
import { randomTrace } from "../../support/random_trace.ts";
import { skewedTurns } from "../../support/skewed_log.ts";

const idleSeconds = 600;
const scanner = new LineScanner(1024, 1024);

/** What the plain way says of a stream of events, and how many clocks disagreed in it. */
function byObjects(stream: readonly TimingEvent[]) {
  const summary = new RequestSummary();
  const evidence = new HintEvidenceBuilder();
  let [conflicts, children, waits] = [0, 0, 0];
  const assembler = new RequestAssembler(idleSeconds, (trace) => {
    const analysis = analyzeRequest(trace);
    summary.add(analysis);
    evidence.keep(hintFactsOf(trace.events));
    for (const span of analysis.spans) {
      if (span.endSeconds !== null && span.endSeconds < span.startSeconds) conflicts++;
      if (span.parent !== null) children++;
      if (span.name === "endpointing" && span.kind === "setting") waits++;
    }
  });
  for (const event of stream) assembler.add(event);
  assembler.end();
  return { told: tell(summary, evidence), conflicts, children, waits };
}

/** What the fast way says. */
function byPlans(stream: readonly TimingEvent[]) {
  const names = new PairNames();
  const summary = new RequestSummary();
  const table = new RequestTable(scanner, idleSeconds, { captureWidth: summaryCaptures.width });
  const evidence = new HintEvidenceBuilder();
  const compact = new CompactSummary(summary, evidence, names, scanner.engine);
  const collector = new Collector(table, names, keys);
  for (const event of stream) collector.takeEvent(event);
  table.end();
  compact.end();
  return tell(summary, evidence);
}

/** The scanner has room for so many sets of keys; one of each will do. */
const registered = new Map<string, ReturnType<LineScanner["registerKeys"]>>();
const keys = {
  registerKeys(names: readonly string[]) {
    const known = registered.get(names.join());
    const set = known ?? scanner.registerKeys(names);
    registered.set(names.join(), set);
    return set;
  },
} as LineScanner;

function tell(summary: RequestSummary, evidence: HintEvidenceBuilder): Record<string, unknown> {
  const report = summary.read();
  return {
    ...summaryToJson(report),
    clocks: summary.clocks.read(),
    conflicts: summary.clocks.readConflicts(),
    evidence: evidence.read(report, summary, []),
    requests: summary.requests,
    folded: summary.folded,
  };
}

/** Both ways over a stream; they must agree to the last bit. */
function agree(stream: readonly TimingEvent[]) {
  const wanted = byObjects(stream);
  const found = byPlans(stream);
  // Series too, one after the other: what has the wrong place in a table is wrong.
  if (JSON.stringify(found) !== JSON.stringify(wanted.told)) expect(found).toEqual(wanted.told);
  expect(JSON.stringify(found)).toBe(JSON.stringify(wanted.told));
  return wanted;
}

type Pick = (count: number) => number;

const customNames = [
  ...["llm_start", "llm_complete", "llm_sent", "llm_received", "load_start", "load_end"],
  ...["prefill_start", "prefill_done", "generation_sent", "generation_received"],
  ...["endpointing_start", "endpointing_finished", "playback_start", "playback_complete"],
  ...["other_start", "other_complete", "constructor_start", "constructor_complete"],
];

const services = ["stt", "v34", "tts", "llm", "", "unknown"];

/** Times that no float64 holds exactly, as real ones. */
const decimal = (pick: Pick, most: number) => pick(most * 1e6) / 1e6;

/** What may stand where a number of milliseconds is expected, or seconds. */
function oddValue(pick: Pick, usual: number): JsonValue {
  const values: JsonValue[] = [0, -0, -1, 1e300, 5e-324, "5", null, true, [5], { a: 5 }, usual / 3];
  return pick(4) === 0 ? (values[pick(values.length)] ?? null) : usual;
}

function metadataOf(name: string, pick: Pick): Metadata {
  const metadata: Metadata = {};
  if (name === Events.V34_PROMPT_BUILT && pick(5) > 0) {
    metadata["prompt_tokens_est"] = oddValue(pick, pick(9_000) / (1 + pick(3)));
  }
  if (name === Events.STT_PAUSE_DETECTED && pick(2) > 0) {
    metadata["endpoint_ms"] = oddValue(pick, decimal(pick, 2_000));
  }
  if (name === Events.STT_PAUSE_DETECTED && pick(5) > 0) {
    metadata["pause_threshold"] = oddValue(pick, decimal(pick, 3));
  }
  if (/received|complete|done|end/.test(name) && pick(5) > 0) {
    for (const key of ["load_duration_ms", "prompt_eval_duration_ms", "eval_duration_ms"]) {
      if (pick(5) > 0) metadata[key] = oddValue(pick, decimal(pick, [1_000, 50][pick(2)] ?? 50));
    }
  }
  return metadata;
}

/** A request unlike any sane one, its names partly replaced by others, its times by rounder or odder ones. */
function wildRequest(seed: number, pick: Pick): TimingEvent[] {
  const rounding = [1, 100, 1e3, 1e6][pick(4)] ?? 1;
  const keeps = pick(3) === 0;
  return randomTrace(seed, 5 + pick(3_000)).map((event) => {
    const isCustom = !keeps && pick(4) === 0;
    const name = isCustom ? (customNames[pick(customNames.length)] ?? event.name) : event.name;
    const isMoved = !keeps && pick(8) === 0;
    return {
      ...event,
      name,
      service: isMoved ? (services[pick(services.length)] ?? "") : event.service,
      timestampSeconds: Math.round(event.timestampSeconds * rounding) / rounding,
      metadata: keeps ? event.metadata : metadataOf(name, pick),
    };
  });
}

/** Requests one after the other, each with an id of its own. */
function oneAfterTheOther(requests: readonly (readonly TimingEvent[])[]): TimingEvent[] {
  return requests.flatMap((events, index) =>
    events.map((event) => ({
      ...event,
      requestId: `r${index}`,
      timestampSeconds: event.timestampSeconds + index * 100,
    })),
  );
}

describe("CompactSummary and RequestSummary agree", () => {
  test("on single requests unlike any sane one", () => {
    const met = { cases: 0, conflicts: 0, children: 0, waits: 0 };
    for (let seed = 1; seed <= 4_000; seed++) {
      const { conflicts, children, waits } = agree(wildRequest(seed, picker(seed * 31)));
      met.cases++;
      met.conflicts += Number(conflicts > 0);
      met.children += Number(children > 0);
      met.waits += Number(waits > 1);
    }
    expect(met.cases).toBe(4_000);
    expect(Math.min(met.conflicts, met.children, met.waits)).toBeGreaterThan(150);
  });

  test("on many requests, some of one shape with other times and other metadata", () => {
    let requests = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const pick = picker(seed * 77);
      const shapes = Array.from({ length: 12 }, (_, index) =>
        wildRequest(seed * 100 + index, pick),
      );
      const made = Array.from({ length: 60 }, () => {
        const shape = shapes[pick(shapes.length)] ?? [];
        const stretch = 0.5 + pick(1_000) / 1_000;
        const first = shape[0]?.timestampSeconds ?? 0;
        return shape.map((event) => ({
          ...event,
          timestampSeconds: first + (event.timestampSeconds - first) * stretch,
          metadata: pick(3) === 0 ? metadataOf(event.name, pick) : event.metadata,
        }));
      });
      agree(oneAfterTheOther(made));
      requests += made.length;
    }
    expect(requests).toBe(3_600);
  });

  test("on model times that fill their span to the last bit, or nearly", () => {
    let filled = 0;
    for (let seed = 1; seed <= 3_000; seed++) {
      const pick = picker(seed);
      const sent = decimal(pick, 3);
      const received = sent + 0.001 + decimal(pick, 2);
      const from = eventAt(sent * 1000, Events.V34_OLLAMA_SENT).timestampSeconds;
      const to = eventAt(received * 1000, Events.V34_OLLAMA_RECEIVED).timestampSeconds;
      const wholeMs = (to - from) * 1000 * (1 - pick(3) * 1e-12);
      const [first, second] = [wholeMs * (pick(100) / 100), wholeMs * (pick(50) / 100)];
      const { children } = agree([
        eventAt(0, "stt_hello"),
        eventAt(sent * 1000, Events.V34_OLLAMA_SENT),
        eventAt(received * 1000, Events.V34_OLLAMA_RECEIVED, {
          metadata: {
            load_duration_ms: first,
            prompt_eval_duration_ms: second,
            eval_duration_ms: wholeMs - first - second,
          },
        }),
      ]);
      if (children > 0) filled++;
    }
    expect(filled).toBeGreaterThan(300);
  });

  test("on spans of one series that begin in another order than they end", () => {
    const pick = picker(9);
    const shape = [
      ...["stt_pause_detected", "stt_pause_detected", "stt_pause_detected"],
      ...["v34_ollama_sent", "v34_ollama_sent", "load_start", "load_end"],
      ...["v34_ollama_received", "v34_ollama_received"],
    ];
    let disordered = 0;
    const requests = Array.from({ length: 400 }, (_, request) => {
      const moments = shape.map(() => decimal(pick, 2)).sort((a, b) => a - b);
      const waits = shape.map(() => decimal(pick, 3));
      const starts = moments.slice(0, 3).map((moment, index) => moment - (waits[index] ?? 0));
      if (starts.some((start, index) => start < (starts[index - 1] ?? start))) disordered++;
      return shape.map((name, index) => {
        const metadata = {
          pause_threshold: waits[index] ?? 0,
          load_duration_ms: decimal(pick, 100),
          eval_duration_ms: decimal(pick, 300),
        };
        // All in the first seconds of 1970: instants are so fine there that the order of a sum shows.
        const event = eventAt(0, name, { id: `r${request}`, metadata });
        return { ...event, timestampSeconds: moments[index] ?? 0 };
      });
    });
    const { children, waits } = agree(requests.flat());
    expect(disordered).toBeGreaterThan(200);
    expect([waits, children > 500]).toEqual([1_200, true]);
  });

  test("on a hop of no length that is a clock conflict in the next request", () => {
    const requests = [0, 5, 0, 7].map((apart) => [
      eventAt(10, "tts_request_received"),
      eventAt(10 + apart, "v34_sending_to_tts"),
    ]);
    const { told, conflicts } = agree(oneAfterTheOther(requests));
    expect(conflicts).toBe(2);
    expect(told["spans"]).toMatchObject({ "hand-off v34→tts": { n: 2, max: 0 } });
  });

  test("on more names than a table keeps apart, or computes exactly", () => {
    const pick = picker(4);
    const requests = Array.from({ length: 900 }, (_, index) => {
      const fresh = Array.from({ length: 12 }, (__, place) => {
        const stem = `job ${index * 4 + pick(8)}`;
        return eventAt(place * 10, `${stem}_${["start", "complete"][pick(2)]}`, { service: "v34" });
      });
      const wild = wildRequest(index, pick);
      return [...wild, ...fresh].sort((a, b) => a.timestampSeconds - b.timestampSeconds);
    });
    for (const many of [50, 300, 900]) agree(oneAfterTheOther(requests.slice(0, many)));
    const { told } = agree(oneAfterTheOther(requests));
    expect(told["folded"]).toBeGreaterThan(1_000);
    const spans = Object.keys(told["spans"] as object).length;
    expect(spans).toBeGreaterThan(300);
  });

  test("on a request of thousands of events", () => {
    const events = Array.from({ length: 3_000 }, (_, index) =>
      eventAt(index, ["tool_start", "tool_complete", Events.V34_OLLAMA_SENT][index % 3] ?? ""),
    );
    expect(agree(events).told["requests"]).toBe(1);
  });

  test("on clocks that are wrong, set, unsteady and corrected", () => {
    const met = { cases: 0, stretches: 0, conflicts: 0, odd: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const pick = picker(seed * 13);
      const turns = [40, 300, 700][pick(3)] ?? 40;
      const often = [1, 7, 150, 10_000][pick(4)] ?? 7;
      const settings = Array.from({ length: turns }, (_, turn) =>
        turn % often === 0 ? pick(3) * (pick(80) - 40) : null,
      );
      const offsetAt = (turn: number, service: number) =>
        settings.slice(service, turn + service + 1).findLast((offset) => offset !== null) ?? 0;
      const { told } = agree(
        skewedTurns({
          turns,
          seed,
          answersEarly: pick(4) === 0,
          clocks: (turn) => ({ v34: offsetAt(turn, 0), tts: often > 7 ? 0 : offsetAt(turn, 3) }),
        }).flatMap((trace) => trace.events),
      );
      met.cases++;
      for (const { stretches, conflicts, odd } of told["clocks"] as ClockPairReport[]) {
        met.stretches += stretches.length;
        met.conflicts += conflicts;
        met.odd += odd;
      }
    }
    expect(met.cases).toBe(60);
    expect(Math.min(met.stretches, met.conflicts, met.odd)).toBeGreaterThan(500);
  });

  test("on prompts so large that their squares fill more than 64 bits", () => {
    const requests = Array.from({ length: 5_000 }, (_, index) => [
      eventAt(0, Events.V34_PROMPT_BUILT, { metadata: { prompt_tokens_est: 2 ** 26 - index } }),
      eventAt(1, Events.V34_OLLAMA_RECEIVED, {
        metadata: { prompt_eval_duration_ms: (2 ** 26 - index) / 10 },
      }),
    ]);
    const { told } = agree(oneAfterTheOther(requests));
    expect(told["evidence"]).toMatchObject({ prefill: { n: 5_000, r: 1 } });
  });

  test("on nothing", () => {
    expect(agree([]).told).toMatchObject({ requests: 0, spans: {}, gaps: {}, steps: {} });
  });
});

function picker(seed: number): Pick {
  const random = seededRandom(seed);
  return (count) => Math.floor(random() * count);
}
