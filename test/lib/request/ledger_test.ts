import { describe, expect, test } from "bun:test";
import { spanOrder } from "../../../lib/event/span_catalogue.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { computeFigures } from "../../../lib/request/figures.ts";
import {
  buildLedger,
  findSlowest,
  type LedgerKind,
  type LedgerRow,
} from "../../../lib/request/ledger.ts";
import { findSpans } from "../../../lib/request/spans.ts";
import { eventAt, startSeconds } from "../../support/events.ts";
import { randomTrace, tickOf } from "../../support/random_trace.ts";

const toMs = (seconds: number) => Math.round((seconds - startSeconds) * 1e6) / 1000;

function ledgerOf(events: readonly TimingEvent[]): LedgerRow[] {
  const spans = findSpans(events);
  return buildLedger(events, spans, computeFigures(events, spans));
}

function show(row: Pick<LedgerRow, "name" | "kind" | "startSeconds" | "endSeconds">): string {
  return `${toMs(row.startSeconds)}..${toMs(row.endSeconds)} ${row.kind} ${row.name}`;
}

function showTicks(row: LedgerRow): string {
  const { startSeconds: from, endSeconds: to, kind, name } = row;
  return `${tickOf(from)}..${tickOf(to)} ${kind} ${name}`;
}

describe("buildLedger()", () => {
  test("lays a turn into rows from the end of speech to the first audio", () => {
    const events = [
      eventAt(1000, "stt_pause_detected", { metadata: { pause_threshold: 0.75 } }),
      eventAt(1002, "stt_transcript_finalized"),
      eventAt(1010, "v34_ollama_sent"),
      eventAt(1900, "v34_ollama_received", { metadata: { eval_duration_ms: 300 } }),
      eventAt(1904, "tts_synthesis_start"),
      eventAt(2200, "tts_audio_playback_start"),
      eventAt(5000, "tts_audio_playback_complete"),
    ];
    expect(ledgerOf(events).map(show)).toEqual([
      "250..1000 setting endpointing",
      "1000..1002 work finalization",
      "1002..1010 unaccounted stt_transcript_finalized → v34_ollama_sent",
      "1010..1600 work llm",
      "1600..1900 work generation",
      "1900..1904 unaccounted v34_ollama_received → tts_synthesis_start",
      "1904..2200 work synthesis",
    ]);
  });

  test("ends at the last event where no audio is heard", () => {
    const events = [
      eventAt(0, "stt_hello"),
      eventAt(10, "v34_ollama_sent"),
      eventAt(30, "v34_bye"),
    ];
    expect(ledgerOf(events).map(show)).toEqual([
      "0..10 unaccounted stt_hello → v34_ollama_sent",
      "10..30 unaccounted v34_ollama_sent → v34_bye",
    ]);
  });

  test("gives an instant to the span that started last, of these to the one that ends first", () => {
    const events = [
      eventAt(0, "v34_ollama_sent"),
      eventAt(10, "a_start", { service: "a" }),
      eventAt(10, "b_start", { service: "b" }),
      eventAt(20, "b_end", { service: "b" }),
      eventAt(30, "a_end", { service: "a" }),
      eventAt(40, "v34_ollama_received"),
    ];
    expect(ledgerOf(events).map(show)).toEqual([
      "0..10 work llm",
      "10..20 work b",
      "20..30 work a",
      "30..40 work llm",
    ]);
  });

  test("gives an instant that two spans share exactly to the first in the catalogue", () => {
    const events = [
      eventAt(0, "zz_start", { service: "z" }),
      eventAt(0, "v34_ollama_sent"),
      eventAt(0, "v34_memory_storage_start"),
      eventAt(9, "v34_ollama_received"),
      eventAt(9, "v34_memory_storage_complete"),
      eventAt(9, "zz_end", { service: "z" }),
    ];
    expect(ledgerOf(events).map(show)).toEqual(["0..9 work memory storage"]);
    const spans = findSpans(events);
    const reversed = buildLedger(events, [...spans].reverse(), computeFigures(events, spans));
    expect(reversed.map(show)).toEqual(["0..9 work memory storage"]);
  });

  test("has no rows for envelopes, playback, incomplete spans and clock conflicts", () => {
    const events = [
      eventAt(0, "stt_http_request_start"),
      eventAt(10, "tts_request_received"),
      eventAt(20, "v34_sending_to_tts"),
      eventAt(30, "stt_http_response_received"),
      eventAt(40, "v34_memory_storage_start"),
    ];
    expect(ledgerOf(events).map(({ kind }) => kind)).toEqual(Array(4).fill("unaccounted"));
  });

  test("leaves time under an earlier playback unaccounted", () => {
    const events = [
      eventAt(0, "tts_audio_playback_start"),
      eventAt(100, "stt_pause_detected", { metadata: { pause_threshold: 0.05 } }),
      eventAt(120, "stt_transcript_finalized"),
      eventAt(150, "tts_audio_playback_complete"),
      eventAt(200, "tts_audio_playback_start"),
    ];
    expect(ledgerOf(events).map(show)).toEqual([
      "50..100 setting endpointing",
      "100..120 work finalization",
      "120..150 unaccounted stt_transcript_finalized → tts_audio_playback_complete",
      "150..200 unaccounted tts_audio_playback_complete → tts_audio_playback_start",
    ]);
  });

  test("is empty for a request of no length", () => {
    expect(ledgerOf([eventAt(0, "stt_hello")])).toEqual([]);
    expect(ledgerOf([eventAt(0, "stt_hello"), eventAt(0, "v34_ollama_sent")])).toEqual([]);
  });

  test("agrees with painting every tick of 1 000 made-up requests, and adds up exactly", () => {
    let rows = 0;
    let cases = 0;
    const kinds = new Set<LedgerKind>();
    for (let seed = 1; seed <= 1_000; seed++) {
      const events = randomTrace(seed);
      const spans = findSpans(events);
      const figures = computeFigures(events, spans);
      const ledger = buildLedger(events, spans, figures);
      expect([seed, ledger.map(showTicks)]).toEqual([seed, paint(events)]);
      const from = figures.openingSeconds;
      const until = figures.firstAudioSeconds ?? events.at(-1)?.timestampSeconds ?? from;
      expectContiguous(ledger, from, until);
      rows += ledger.length;
      for (const row of ledger) kinds.add(row.kind);
      cases++;
    }
    expect(cases).toBe(1_000);
    expect(rows).toBeGreaterThan(5_000);
    expect([...kinds].sort()).toEqual(["hop", "setting", "unaccounted", "work"]);
  });
});

/** Each row begins at the very instant at which the one before it ends. */
function expectContiguous(ledger: readonly LedgerRow[], from: number, until: number): void {
  if (ledger.length === 0) {
    expect(until).toBe(from);
    return;
  }
  expect(ledger[0]?.startSeconds).toBe(from);
  expect(ledger.at(-1)?.endSeconds).toBe(until);
  for (const [index, row] of ledger.entries()) {
    expect(row.endSeconds).toBeGreaterThan(row.startSeconds);
    if (index > 0) expect(row.startSeconds).toBe(ledger[index - 1]?.endSeconds as number);
  }
}

/** The ledger as the definition says it, one tick after the other. */
function paint(events: readonly TimingEvent[]): string[] {
  const spans = findSpans(events);
  const figures = computeFigures(events, spans);
  const from = tickOf(figures.openingSeconds);
  const until = tickOf(
    figures.firstAudioSeconds ?? events.at(-1)?.timestampSeconds ?? startSeconds,
  );
  const covering = spans
    .filter((span) => ["work", "hop", "setting"].includes(span.kind) && span.endSeconds !== null)
    .map((span) => ({ span, start: tickOf(span.startSeconds), end: tickOf(span.endSeconds ?? 0) }));
  const instants = new Set(events.map((event) => tickOf(event.timestampSeconds)));
  const rows: { owner: unknown; text: string; from: number; to: number }[] = [];
  for (let tick = from; tick < until; tick++) {
    let best: (typeof covering)[number] | null = null;
    for (const one of covering) {
      if (one.start > tick || one.end < tick + 1) continue;
      const isBetter =
        best === null ||
        one.start > best.start ||
        (one.start === best.start &&
          (one.end < best.end ||
            (one.end === best.end && rankOf(one.span.name) < rankOf(best.span.name))));
      if (isBetter) best = one;
    }
    const last = rows.at(-1);
    const owner = best?.span ?? null;
    const goesOn =
      last !== undefined && last.owner === owner && (owner !== null || !instants.has(tick));
    if (goesOn) last.to = tick + 1;
    else {
      const text = best === null ? nameAt(events, tick) : `${best.span.kind} ${best.span.name}`;
      rows.push({ owner, text, from: tick, to: tick + 1 });
    }
  }
  return rows.map((row) => `${row.from}..${row.to} ${row.text}`);
}

function rankOf(name: string): number {
  return spanOrder.includes(name) ? spanOrder.indexOf(name) : spanOrder.length;
}

function nameAt(events: readonly TimingEvent[], tick: number): string {
  const before = events.filter((event) => tickOf(event.timestampSeconds) <= tick).at(-1);
  const after = events.find((event) => tickOf(event.timestampSeconds) >= tick + 1);
  return `unaccounted ${before?.name} → ${after?.name}`;
}

describe("findSlowest()", () => {
  test("takes llm with its children as one, though other rows lie between", () => {
    const events = [
      eventAt(0, "v34_ollama_sent"),
      eventAt(10, "x_start"),
      eventAt(40, "x_end"),
      eventAt(60, "v34_ollama_received", { metadata: { eval_duration_ms: 15 } }),
    ];
    const ledger = ledgerOf(events);
    expect(ledger.map(show)).toEqual([
      "0..10 work llm",
      "10..40 work x",
      "40..45 work llm",
      "45..60 work generation",
    ]);
    const slowest = findSlowest(ledger);
    // 10 + 5 + 15 against 30 of x: a tie, and llm began earlier.
    expect(slowest?.name).toBe("llm");
    expect(slowest?.durationSeconds).toBeCloseTo(0.03, 6);
    expect(slowest?.row).toBe(ledger[0] as LedgerRow);
  });

  test("names llm also where the ledger knows only its children", () => {
    const events = [
      eventAt(0, "v34_ollama_sent"),
      eventAt(100, "v34_ollama_received", {
        metadata: { prompt_eval_duration_ms: 40, eval_duration_ms: 59 },
      }),
    ];
    const slowest = findSlowest(ledgerOf(events).slice(1));
    expect(slowest?.name).toBe("llm");
  });

  test("takes rows of one other span apart, each for itself", () => {
    const events = [
      eventAt(0, "v34_retrieval_start"),
      eventAt(20, "v34_retrieval_query_start"),
      eventAt(45, "v34_retrieval_query_complete"),
      eventAt(65, "v34_retrieval_complete"),
    ];
    const slowest = findSlowest(ledgerOf(events));
    expect(slowest && [slowest.name, toMs(slowest.row.startSeconds)]).toEqual(["query", 20]);
  });

  test("never takes a setting, but does take unaccounted time", () => {
    const events = [
      eventAt(1000, "stt_pause_detected", { metadata: { pause_threshold: 0.9 } }),
      eventAt(1002, "stt_transcript_finalized"),
      eventAt(1020, "stt_hello"),
    ];
    expect(findSlowest(ledgerOf(events))?.name).toBe("stt_transcript_finalized → stt_hello");
    expect(findSlowest(ledgerOf(events.slice(0, 1)))).toBeNull();
  });

  test("takes the earlier of two that are equally long", () => {
    const rows = ["first", "second"].map((name, index): LedgerRow => {
      return { name, kind: "work", startSeconds: index, endSeconds: index + 1, span: null };
    });
    expect(findSlowest(rows)?.name).toBe("first");
    expect(findSlowest([...rows].reverse())?.name).toBe("second");
  });

  test("is null for an empty ledger", () => {
    expect(findSlowest([])).toBeNull();
  });
});
