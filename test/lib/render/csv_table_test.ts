import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { csvHeader, requestToCsv, rowKinds } from "../../../lib/render/csv_table.ts";
import type { RequestReport } from "../../../lib/report/request_report.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { analyzeFiles } from "../../support/analysis.ts";
import { fixtures } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";
import { hostileRequest } from "../../support/hostile_requests.ts";

type Kind = (typeof rowKinds)[number];
type Row = Readonly<Record<string, string>>;

function tableOf(kind: Kind, requests: readonly RequestReport[]): Row[] {
  const text = csvHeader(kind) + requests.map((request) => requestToCsv(kind, request)).join("");
  return parse(text, { columns: true, record_delimiter: "\r\n" }) as Row[];
}

const rowsOf: Readonly<Record<Kind, (request: RequestReport) => number>> = {
  requests: () => 1,
  spans: ({ spans }) => spans.length,
  events: ({ events }) => events.length,
};

const numbers: Readonly<Record<Kind, readonly string[]>> = {
  requests: [..."start total_ms playback_ms processing_ms slowest_ms events".split(" ")],
  spans: ["request_start", "start", "duration_ms"],
  events: ["timestamp"],
};

describe("requestToCsv()", () => {
  test("has a row for each request, span or event, every figure a number or nothing", async () => {
    const { requests } = await analyzeFiles([join(fixtures, "conversation.log")]);
    for (const kind of rowKinds) {
      const rows = tableOf(kind, requests);
      expect(rows.length).toBe(requests.reduce((sum, request) => sum + rowsOf[kind](request), 0));
      expect(rows.length).toBeGreaterThanOrEqual(requests.length);
      for (const row of rows) {
        for (const name of numbers[kind]) {
          expect(Number.isFinite(Number(row[name] ?? "absent"))).toBe(true);
        }
      }
    }
    expect(rowKinds.length).toBe(3);
  });

  test("says of a request and its spans what JSON says", async () => {
    const { requests } = await analyzeFiles([join(fixtures, "readme-sample.log")]);
    const [request] = requests;
    expect(tableOf("requests", requests)).toEqual([
      {
        ...{ id: "abc123de", start: "1764253805", session: "", outcome: "answered" },
        ...{ total_ms: String(request?.figures.totalMs), events: "14", slowest: "llm" },
        playback_ms: String(request?.figures.playbackMs),
        processing_ms: String(request?.figures.processingMs),
        voice_to_voice_ms: String(request?.figures.voiceToVoiceMs),
        slowest_ms: String(request?.slowest?.durationMs),
      },
    ]);
    const llm = tableOf("spans", requests).find(({ span }) => span === "llm");
    expect(llm).toMatchObject({
      ...{ request: "abc123de", kind: "work", service: "v34", incomplete: "false" },
      ...{ start_event: "v34_ollama_sent", end_event: "v34_ollama_received" },
    });
  });

  test("keeps a negative hop negative, and leaves a span without an end empty", () => {
    const events = [
      eventAt(0, "v34_webhook_received"),
      eventAt(250, "stt_sending_to_v34"),
      eventAt(300, "tts_synthesis_start"),
    ];
    const rows = tableOf("spans", [describeRequest(analyzeRequest({ id: "a", events }))]);
    expect(rows.map((row) => [row["span"], row["duration_ms"], row["incomplete"]])).toEqual([
      ["hand-off stt→v34", "-250", "false"],
      ["synthesis", "", "true"],
    ]);
  });

  test("keeps metadata as JSON and durations as they are, whatever names say", () => {
    let metadata = 0;
    fc.assert(
      fc.property(hostileRequest, (request) => {
        const events = tableOf("events", [request]);
        for (const [index, { metadata: text = "" }] of events.entries()) {
          expect(text).toBe(JSON.stringify(request.events[index]?.metadata));
          if (text !== "{}") metadata++;
        }
        const spans = tableOf("spans", [request]);
        for (const [index, { duration_ms: text = "" }] of spans.entries()) {
          const { durationMs } = request.spans[index] ?? { durationMs: null };
          expect(text).toBe(durationMs === null ? "" : String(durationMs));
        }
      }),
      { numRuns: 300 },
    );
    expect(metadata).toBeGreaterThan(100);
  });
});
