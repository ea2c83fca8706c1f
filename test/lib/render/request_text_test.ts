import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { type RequestTextOptions, renderRequestText } from "../../../lib/render/request_text.ts";
import { ansiStyle, plainStyle } from "../../../lib/render/style.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

const options: RequestTextOptions = {
  style: plainStyle,
  utc: true,
  nowSeconds: startSeconds + 60,
  steps: false,
  ledger: true,
  chart: null,
};

function render(events: readonly TimingEvent[], changes: Partial<RequestTextOptions> = {}): string {
  const report = describeRequest(analyzeRequest({ id: events[0]?.requestId ?? "", events }));
  return renderRequestText(report, { ...options, ...changes });
}

/** The part of a text that begins with a title, up to the next empty line. */
function section(text: string, title: string): string[] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith(title));
  if (from < 0) return [];
  const rest = lines.slice(from);
  return rest.slice(0, rest.indexOf("")).filter((line) => !/^-+$/.test(line));
}

const turn = [
  eventAt(0, "stt_pause_detected", { metadata: { pause_threshold: 1 } }),
  eventAt(1.6, "stt_transcript_finalized", { metadata: { session_id: "s1" } }),
  eventAt(8, "stt_http_request_start"),
  eventAt(8.383, "v34_flask_handler_entry"),
  eventAt(20, "v34_ollama_sent"),
  eventAt(1900, "v34_ollama_received", {
    metadata: { load_duration_ms: 100, prompt_eval_duration_ms: 300, eval_duration_ms: 1400 },
  }),
  eventAt(1900.4, "stt_http_response_received"),
  eventAt(1904, "tts_synthesis_start"),
  eventAt(2200.4, "tts_audio_playback_start"),
  eventAt(5000, "tts_audio_playback_complete"),
];

describe("renderRequestText()", () => {
  test("writes header, timeline, deltas, total and ledger", () => {
    const doubleRule = "=".repeat(80);
    const rule = "-".repeat(80);
    expect(render(turn)).toBe(`${doubleRule}
Request ID: aaaa0001
Start Time: 14:30:00
Total Duration: 5.00s   (processing 2.20s, playback 2.80s)
Voice-to-voice: 3.20s   end of speech → first audio
Session: s1
${doubleRule}

TIMELINE:
    Time | Service    | Event
${rule}
     0ms | stt        | stt_pause_detected
     2ms | stt        | stt_transcript_finalized
     8ms | stt        | stt_http_request_start
     8ms | v34        | v34_flask_handler_entry
    20ms | v34        | v34_ollama_sent
  1900ms | v34        | v34_ollama_received
  1900ms | stt        | stt_http_response_received
  1904ms | tts        | tts_synthesis_start
  2200ms | tts        | tts_audio_playback_start
  5000ms | tts        | tts_audio_playback_complete

DELTAS (Time between events):
${rule}
  1000ms | endpointing
     2ms | stt_pause_detected → stt_transcript_finalized
     6ms | stt_transcript_finalized → stt_http_request_start
   383µs | stt_http_request_start → v34_flask_handler_entry
    12ms | v34_flask_handler_entry → v34_ollama_sent
  1880ms | v34_ollama_sent → v34_ollama_received  ← Slowest step
   100ms |   load
   300ms |   prefill
  1400ms |   generation
     4ms | stt_http_response_received → tts_synthesis_start
   296ms | tts_synthesis_start → tts_audio_playback_start
  2800ms | tts_audio_playback_start → tts_audio_playback_complete
  1892ms | stt_http_request_start → stt_http_response_received

TOTAL: 5.00s

LEDGER (end of speech → first audio, each moment counted once):
${rule}
  1000ms |  31.2% | setting     | endpointing
     2ms |   0.0% | work        | finalization
     6ms |   0.2% | unaccounted | stt_transcript_finalized → stt_http_request_start
   383µs |   0.0% | hop         | hand-off stt→v34
    12ms |   0.4% | unaccounted | v34_flask_handler_entry → v34_ollama_sent
    80ms |   2.5% | work        | llm
   100ms |   3.1% | work        | load
   300ms |   9.4% | work        | prefill
  1400ms |  43.7% | work        | generation
   400µs |   0.0% | unaccounted | v34_ollama_received → stt_http_response_received
     4ms |   0.1% | unaccounted | stt_http_response_received → tts_synthesis_start
   296ms |   9.3% | work        | synthesis
  3200ms | 100.0% | whole wait

`);
  });

  test("indents children at any moment of a real clock", () => {
    let cases = 0;
    for (let micro = 0; micro < 1_000; micro++) {
      const events = turn.map((event) => ({
        ...event,
        timestampSeconds: event.timestampSeconds + (micro * 7_919) / 1e6,
      }));
      const deltas = section(render(events, { ledger: false }), "DELTAS");
      expect(deltas.filter((line) => /\| {3}\S/.test(line)).length).toBe(3);
      cases++;
    }
    expect(cases).toBe(1_000);
  });

  test("writes the date when it is not today's", () => {
    expect(render(turn, { nowSeconds: startSeconds + 86_400 })).toContain(
      "Start Time: 2025-11-27 14:30:00\n",
    );
  });

  test("names the outcome, incomplete spans and clock conflicts", () => {
    const text = render([
      eventAt(0, "stt_hello"),
      eventAt(10, "tts_request_received"),
      eventAt(52, "v34_sending_to_tts"),
      eventAt(60, "v34_ollama_sent"),
      eventAt(70, "x_done"),
    ]);
    expect(text).toContain(`
Voice-to-voice: –   no reply was heard, or the beginning is missing
Outcome: silent
Incomplete: llm has only v34_ollama_sent
Incomplete: x has only x_done
Clock conflict: hand-off v34→tts arrives 42ms before it is sent: two clocks disagree
===`);
    expect(text).toContain("LEDGER (first event → end of the wait, each moment counted once):");
    expect(section(text, "DELTAS")).toContain(
      "   -42ms | v34_sending_to_tts → tts_request_received",
    );
  });

  test("lists every pair of neighbours on demand, and leaves the ledger out on demand", () => {
    const text = render(turn.slice(0, 3), { steps: true, ledger: false });
    expect(section(text, "STEPS")).toEqual([
      "STEPS (every pair of neighbouring events):",
      "     2ms | stt_pause_detected → stt_transcript_finalized",
      "     6ms | stt_transcript_finalized → stt_http_request_start",
    ]);
    expect(section(text, "LEDGER")).toEqual([]);
    expect(text).toEndWith("stt_http_request_start\n\n");
    expect(section(render(turn), "STEPS")).toEqual([]);
  });

  test("leaves out gaps up to a millisecond, but no spans", () => {
    const events = [
      eventAt(0, "stt_a"),
      eventAt(1, "stt_b"),
      eventAt(2.5, "stt_c"),
      eventAt(2.5, "stt_d"),
    ];
    expect(section(render(events), "DELTAS").slice(1)).toEqual([
      "     2ms | stt_b → stt_c  ← Slowest step",
    ]);
  });

  test("never lets an envelope indent what lies within it", () => {
    const events = [
      eventAt(0, "stt_http_request_start"),
      eventAt(5, "v34_webhook_received"),
      eventAt(10, "v34_memory_storage_start"),
      eventAt(50, "v34_memory_storage_complete"),
      eventAt(90, "stt_http_response_received"),
    ];
    expect(section(render(events), "DELTAS").slice(1)).toEqual([
      "     5ms | stt_http_request_start → v34_webhook_received",
      "     5ms | v34_webhook_received → v34_memory_storage_start",
      "    40ms | v34_memory_storage_start → v34_memory_storage_complete  ← Slowest step",
      "    40ms | v34_memory_storage_complete → stt_http_response_received",
      "    90ms | stt_http_request_start → stt_http_response_received",
    ]);
  });

  test("shows text of the log escaped, wherever it stands", () => {
    const hostile = "x\x1b[2J\u202e\n";
    const called = (id: string) =>
      ["start", "end", "hello"].map((ending, index) =>
        eventAt(index * 10, `${id}_${ending}`, { id, service: id, metadata: { session_id: id } }),
      );
    const events = called(hostile);
    for (const steps of [true, false]) {
      const text = render(events, { steps });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      expect(text).toContain("Request ID: x\\x1b[2J\\u202e\\x0a\n");
      expect(text).toContain("Session: x\\x1b[2J\\u202e\\x0a\n");
    }
    // A line end that were not escaped would make one more line.
    expect(render(events).split("\n").length).toBe(render(called("x")).split("\n").length);
  });

  test("differs with colour in nothing but the emphasis", () => {
    const coloured = render(turn, { style: ansiStyle });
    expect(coloured).toContain("\x1b[1mTIMELINE:\x1b[22m");
    expect(coloured).toContain("\x1b[31m  ← Slowest step\x1b[39m");
    expect(Bun.stripANSI(coloured)).toBe(render(turn));
  });
});
