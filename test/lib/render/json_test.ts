import { describe, expect, test } from "bun:test";
import {
  jsonSchema,
  logToJson,
  requestToJson,
  seriesToJson,
  summaryToJson,
} from "../../../lib/render/json.ts";
import type { LogReport } from "../../../lib/report/log_report.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { RequestSummary } from "../../../lib/request/summarize.ts";
import { emptySeries } from "../../../lib/stats/series.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

const analysis = analyzeRequest({
  id: "aaaa0001",
  events: [
    eventAt(0, "stt_transcript_finalized", { metadata: { session_id: "s1" } }),
    eventAt(500, "v34_ollama_sent"),
    eventAt(750, "tts_audio_playback_start"),
    eventAt(1000, "tts_audio_playback_complete"),
  ],
});

describe("requestToJson()", () => {
  test("writes the documented fields, and absent durations as null", () => {
    expect(requestToJson(describeRequest(analysis))).toEqual({
      id: "aaaa0001",
      start: startSeconds,
      session: "s1",
      outcome: "answered",
      figures: { total: 1000, playback: 250, processing: 750, voice_to_voice: 750 },
      events: [
        {
          at: startSeconds,
          service: "stt",
          event: "stt_transcript_finalized",
          metadata: { session_id: "s1" },
        },
        { at: startSeconds + 0.5, service: "v34", event: "v34_ollama_sent", metadata: {} },
        {
          at: startSeconds + 0.75,
          service: "tts",
          event: "tts_audio_playback_start",
          metadata: {},
        },
        {
          at: startSeconds + 1,
          service: "tts",
          event: "tts_audio_playback_complete",
          metadata: {},
        },
      ],
      spans: [
        { name: "llm", kind: "work", start: startSeconds + 0.5, duration: null, incomplete: true },
        {
          name: "playback",
          kind: "playback",
          start: startSeconds + 0.75,
          duration: 250,
          incomplete: false,
        },
      ],
      ledger: [
        {
          name: "stt_transcript_finalized → v34_ollama_sent",
          kind: "unaccounted",
          start: startSeconds,
          duration: 500,
          share: 500 / 750,
        },
        {
          name: "v34_ollama_sent → tts_audio_playback_start",
          kind: "unaccounted",
          start: startSeconds + 0.5,
          duration: 250,
          share: 250 / 750,
        },
      ],
      slowest: { name: "stt_transcript_finalized → v34_ollama_sent", duration: 500 },
    });
  });

  test("writes null where there is no audio and no ledger", () => {
    const one = analyzeRequest({ id: "a", events: [eventAt(0, "x_x", { service: "v34" })] });
    const { figures, ledger, slowest, session } = requestToJson(describeRequest(one));
    expect({ figures, ledger, slowest, session }).toEqual({
      figures: { total: 0, playback: 0, processing: 0, voice_to_voice: null },
      ledger: [],
      slowest: null,
      session: null,
    });
  });
});

describe("summaryToJson()", () => {
  test("writes every table, its series with all documented fields in order", () => {
    const summary = new RequestSummary();
    summary.add(analysis);
    const json = summaryToJson(summary.read());
    expect(Object.keys(json)).toEqual(["figures", "spans", "gaps", "steps", "outcomes"]);
    expect(Object.keys(json["figures"] as object)).toEqual([
      "total",
      "playback",
      "processing",
      "voice_to_voice",
    ]);
    const fields = ["n", "mean", "min", "p50", "p90", "p95", "p99", "max", "share"];
    const spans = json["spans"] as Record<string, object>;
    expect(Object.keys(spans)).toEqual(["playback"]);
    expect(Object.keys(spans["playback"] ?? {})).toEqual(fields);
    expect(Object.keys(seriesToJson(emptySeries))).toEqual(fields);
  });

  test("takes a span called __proto__ for a name like any other", () => {
    const summary = new RequestSummary();
    const events = [eventAt(0, "__proto___start"), eventAt(1000, "__proto___end")];
    summary.add(analyzeRequest({ id: "a", events }));
    const text = JSON.stringify(summaryToJson(summary.read()));
    expect(text).toContain('"spans":{"__proto__":{"n":1,');
  });
});

test("logToJson() writes the documented fields", () => {
  const log: LogReport = {
    files: ["a"],
    scope: "whole",
    bytes: 1,
    bytesRead: 2,
    lines: 3,
    events: 4,
    requests: 5,
    recovered: 6,
    blank: 7,
    nulHoles: 8,
    closedEarly: 9,
    folded: 10,
    fallbackLines: 11,
    problems: { total: 0, kinds: { field: 0 }, first: [] },
  };
  expect(JSON.stringify(logToJson(log))).toBe(
    '{"files":["a"],"scope":"whole","bytes":1,"bytes_read":2,"lines":3,"events":4,"requests":5,' +
      '"recovered":6,"blank":7,"nul_holes":8,"closed_early":9,"folded":10,"fallback_lines":11,' +
      '"problems":{"total":0,"kinds":{"field":0},"first":[]}}',
  );
  expect(jsonSchema).toBe(1);
});
