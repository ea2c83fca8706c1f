import { expect, test } from "bun:test";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { LedgerSummary } from "../../../lib/request/ledger_summary.ts";
import { turnEvents } from "../../support/conversation.ts";
import { eventAt } from "../../support/events.ts";
import { randomTrace } from "../../support/random_trace.ts";

function summaryOf(traces: readonly Parameters<typeof analyzeRequest>[0][]) {
  const ledger = new LedgerSummary();
  for (const trace of traces) ledger.add(analyzeRequest(trace));
  return ledger.read();
}

test("LedgerSummary takes medians over the requests that have a row, and shares of all waits", () => {
  const traces = [1_000, 2_000, 3_000].map((llmMs, index) => {
    const id = `aaaa000${index}`;
    return { id, events: turnEvents({ id, at: index * 60_000, llmMs }) };
  });
  const rows = summaryOf(traces);
  const llm = rows.find(({ name }) => name === "llm");
  expect(llm).toMatchObject({ kind: "work", series: { n: 3 } });
  expect(rows[0]?.name).toBe("llm");
  const shares = rows.map(({ series }) => series.share ?? Number.NaN);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  expect(shares.length).toBeGreaterThan(3);
});

test("LedgerSummary gives shares that add up to all waits, whatever the requests are", () => {
  let cases = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const traces = [seed, seed + 1_000].map((one) => ({
      id: `id${one}`,
      events: randomTrace(one),
    }));
    const rows = summaryOf(traces);
    if (rows.length === 0 || rows[0]?.series.share === null) continue;
    cases++;
    expect(rows.reduce((sum, { series }) => sum + (series.share ?? 0), 0)).toBeCloseTo(1, 9);
  }
  expect(cases).toBeGreaterThan(100);
});

test("LedgerSummary passes over requests without a wait, and adds up a row that comes twice", () => {
  expect(summaryOf([{ id: "a", events: [eventAt(0, "stt_x"), eventAt(5, "stt_y")] }])).toEqual([]);
  const twice = [
    eventAt(0, "stt_transcript_finalized"),
    eventAt(0, "v34_ollama_sent"),
    eventAt(100, "v34_ollama_received"),
    eventAt(150, "v34_ollama_sent"),
    eventAt(250, "v34_ollama_received"),
    eventAt(250, "tts_audio_playback_start"),
  ];
  const rows = summaryOf([{ id: "a", events: twice }]);
  expect(rows[0]).toMatchObject({ name: "llm", kind: "work", series: { n: 1 } });
  expect(rows[0]?.series.p50).toBeCloseTo(200, 3);
  expect(rows[0]?.series.share).toBeCloseTo(0.8, 3);
});
