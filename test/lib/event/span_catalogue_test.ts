import { describe, expect, test } from "bun:test";
import { Events } from "../../../lib/event/names.ts";
import {
  endNeedsStart,
  endpointing,
  genericMark,
  llmChildren,
  llmSpan,
  spanCatalogue,
  spanKind,
  spanOrder,
  startNeedsEnd,
} from "../../../lib/event/span_catalogue.ts";

const names = new Set<string>(Object.values(Events));

describe("spanCatalogue", () => {
  test("is made of event names that exist", () => {
    const used = spanCatalogue.flatMap((span) => [
      ...span.starts,
      ...span.ends,
      ...(span.adjacentStart === undefined ? [] : [span.adjacentStart]),
    ]);
    expect(used.length).toBe(33);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
    expect(names.has(endpointing.end)).toBe(true);
  });

  test("is the table of definitions, row by row", () => {
    const rows = spanCatalogue.map(
      ({ name, kind, starts, ends }) =>
        `${name} (${kind}): ${starts.join(" else ")} → ${ends.join(" else ")}`,
    );
    expect(rows).toEqual([
      "finalization (work): stt_pause_detected → stt_transcript_finalized",
      "hand-off stt→v34 (hop): stt_http_request_start else stt_sending_to_v34 else stt_transcript_finalized → v34_flask_handler_entry else v34_webhook_received",
      "classification (work): v34_classification_start else v34_webhook_received → v34_classification_complete",
      "memory storage (work): v34_memory_storage_start → v34_memory_storage_complete",
      "retrieval (work): v34_retrieval_start → v34_retrieval_complete",
      "embedding (work): v34_retrieval_embedding_start → v34_retrieval_embedding_complete",
      "query (work): v34_retrieval_query_start → v34_retrieval_query_complete",
      "prompt (work): v34_retrieval_complete → v34_prompt_built",
      "llm (work): v34_ollama_sent → v34_ollama_received",
      "hand-off v34→tts (hop): v34_sending_to_tts → tts_request_received",
      "mic pause (work): tts_pause_sent → tts_synthesis_start",
      "synthesis (work): tts_synthesis_start → tts_audio_playback_start",
      "playback (playback): tts_audio_playback_start → tts_audio_playback_complete",
      "http call (envelope): stt_http_request_start → stt_http_response_received",
    ]);
    expect(spanCatalogue.filter((span) => span.adjacentStart !== undefined)).toEqual([
      expect.objectContaining({
        name: "retrieval",
        adjacentStart: Events.V34_CLASSIFICATION_COMPLETE,
      }),
    ]);
  });

  test("gives every name once, and llm's children right after llm", () => {
    expect(new Set(spanOrder).size).toBe(spanOrder.length);
    expect(spanOrder.length).toBe(spanCatalogue.length + llmChildren.length + 1);
    expect(spanOrder[0]).toBe("endpointing");
    const at = spanOrder.indexOf(llmSpan);
    expect(spanOrder.slice(at, at + 4)).toEqual(["llm", "load", "prefill", "generation"]);
  });
});

describe("genericMark()", () => {
  const marks: readonly [name: string, stem: string, role: string, family: string][] = [
    ["warmup_start", "warmup", "start", "start-complete"],
    ["warmup_complete", "warmup", "end", "start-complete"],
    ["warmup_completed", "warmup", "end", "start-complete"],
    ["warmup_end", "warmup", "end", "start-complete"],
    ["warmup_done", "warmup", "end", "start-complete"],
    ["warmup_finished", "warmup", "end", "start-complete"],
    ["mail_sent", "mail", "start", "sent-received"],
    ["mail_received", "mail", "end", "sent-received"],
    ["a_start_end", "a_start", "end", "start-complete"],
    ["__start", "_", "start", "start-complete"],
    [Events.TTS_RESUME_SENT, "tts_resume", "start", "sent-received"],
  ];

  test("reads the endings of custom names, as many as the table has rows", () => {
    expect(marks.length).toBe(11);
    for (const [name, stem, role, family] of marks) {
      expect(genericMark(name)).toEqual({ stem, role, family } as never);
    }
  });

  test("is null for names without such an ending", () => {
    for (const name of [
      "warmup",
      "_start",
      "start",
      "warmup_start_",
      "warmupstart",
      "warmup_START",
    ]) {
      expect(genericMark(name)).toBeNull();
    }
  });

  test("is null for every name that the catalogue pairs", () => {
    const paired = new Set(spanCatalogue.flatMap(({ starts, ends }) => [...starts, ...ends]));
    expect(paired.size).toBe(26);
    for (const name of paired) expect(genericMark(name)).toBeNull();
  });
});

describe("what makes a span incomplete", () => {
  test("startNeedsEnd() is true for v34_ollama_sent and every name that ends in _start", () => {
    const needing = [...names, "warmup_start", "warmup_sent"].filter(startNeedsEnd).sort();
    expect(needing).toEqual(
      [
        Events.STT_HTTP_REQUEST_START,
        Events.TTS_AUDIO_PLAYBACK_START,
        Events.TTS_SYNTHESIS_START,
        Events.V34_CLASSIFICATION_START,
        Events.V34_MEMORY_STORAGE_START,
        Events.V34_OLLAMA_SENT,
        Events.V34_RETRIEVAL_EMBEDDING_START,
        Events.V34_RETRIEVAL_QUERY_START,
        Events.V34_RETRIEVAL_START,
        "warmup_start",
      ].sort(),
    );
  });

  test("endNeedsStart() is true for v34_ollama_received alone", () => {
    expect([...names].filter(endNeedsStart)).toEqual([Events.V34_OLLAMA_RECEIVED]);
  });
});

test("spanKind() knows the catalogue, and takes all else for work", () => {
  const kinds = ["endpointing", "hand-off stt→v34", "llm", "prefill", "playback", "http call", "x"];
  expect(kinds.map(spanKind)).toEqual([
    "setting",
    "hop",
    "work",
    "work",
    "playback",
    "envelope",
    "work",
  ]);
  for (const { name, kind } of spanCatalogue) expect(spanKind(name)).toBe(kind);
  expect(spanCatalogue.length).toBe(14);
});
