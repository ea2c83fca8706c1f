import { describe, expect, test } from "bun:test";
import { analyzeRequest, type RequestAnalysis } from "../../../lib/request/describe.ts";
import {
  mostSampled,
  RequestSampleBuilder,
  sampleRule,
  sampleSizes,
} from "../../../lib/request/request_sample.ts";
import { eventAt, seededRandom } from "../../support/events.ts";

/** A request that starts at a second, waits so long for audio, and then says something for so long. */
function request(second: number, waitMs: number | null, afterMs = 0): RequestAnalysis {
  const id = `id${second}`;
  const at = second * 1000;
  const audio = waitMs === null ? [] : [eventAt(at + waitMs, "tts_audio_playback_start", { id })];
  const events = [
    eventAt(at, "stt_transcript_finalized", { id }),
    ...audio,
    eventAt(at + (waitMs ?? 0) + afterMs, "tts_note", { id }),
  ];
  return analyzeRequest({ id, events });
}

function idsOf(analyses: readonly RequestAnalysis[]): string[] {
  return analyses.map(({ trace }) => trace.id);
}

function sampleOf(requests: readonly RequestAnalysis[]): RequestAnalysis[] {
  const builder = new RequestSampleBuilder();
  for (const one of requests) builder.add(one);
  return builder.read();
}

describe("RequestSampleBuilder", () => {
  test("takes all of a log that is small enough, in their order", () => {
    const all = Array.from({ length: mostSampled }, (_, index) => request(index, 1_000));
    expect(sampleOf(all)).toEqual(all);
    expect(mostSampled).toBe(300);
    expect(sampleOf([])).toEqual([]);
  });

  test("of more takes the longest waits, the longest processing, the latest, and an even draw", () => {
    const random = seededRandom(7);
    const waits = Array.from({ length: 3_000 }, () => Math.round(random() * 1e6));
    const all = waits.map((wait, index) => request(index, wait, Math.round(random() * 1e6)));
    const sample = sampleOf(all);
    const ids = new Set(idsOf(sample));
    expect(ids.size).toBe(sample.length);
    expect(sample.length).toBeLessThanOrEqual(200);
    const ranked = (of: (one: RequestAnalysis) => number, count: number) =>
      [...all].sort((a, b) => of(b) - of(a)).slice(0, count);
    const wanted = [
      ...ranked(({ figures }) => figures.voiceToVoiceSeconds ?? 0, sampleSizes.longestWaits),
      ...ranked(({ figures }) => figures.processingSeconds, sampleSizes.longestProcessing),
      ...all.slice(-sampleSizes.latest),
    ];
    expect(idsOf(wanted).filter((id) => !ids.has(id))).toEqual([]);
    // What else there is was drawn.
    const drawn = sample.length - new Set(idsOf(wanted)).size;
    expect(drawn).toBeGreaterThan(50);
    expect(drawn).toBeLessThanOrEqual(sampleSizes.drawn);
    const places = sample.map(({ trace }) => Number(trace.id.slice(2)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test("draws evenly: early, middle and late requests alike", () => {
    const thirds = [0, 0, 0];
    // All alike, but for their times: only the draw chooses, but for the first and the last.
    const all = Array.from({ length: 3_000 }, (_, index) => request(index, null));
    for (const { trace } of sampleOf(all)) {
      const place = Number(trace.id.slice(2));
      const third = Math.floor(place / 1_000);
      if (place >= sampleSizes.longestProcessing && place < 3_000 - sampleSizes.latest)
        thirds[third] = (thirds[third] ?? 0) + 1;
    }
    // 70 drawn of 3 000: about 23 in each, with a deviation of under 4.
    for (const count of thirds) expect(Math.abs(count - 23)).toBeLessThan(16);
    expect(thirds).toHaveLength(3);
  });

  test("takes the same of the same log, and of equal ones the first met", () => {
    const all = Array.from({ length: 1_000 }, (_, index) => request(index, 500));
    const sample = idsOf(sampleOf(all));
    expect(idsOf(sampleOf(all))).toEqual(sample);
    for (let index = 0; index < sampleSizes.longestWaits; index++) {
      expect(sample).toContain(`id${index}`);
    }
  });

  test("takes the latest by start, also where a clock stepped back", () => {
    const later = Array.from({ length: 60 }, (_, index) => request(100_000 + index, null));
    const earlier = Array.from({ length: 3_000 }, (_, index) => request(index, 1_000));
    const ids = idsOf(sampleOf([...later, ...earlier]));
    expect(ids.filter((id) => id.length > 6).length).toBeGreaterThanOrEqual(sampleSizes.latest);
  });

  test("says its rule in words", () => {
    for (const size of Object.values(sampleSizes)) expect(sampleRule).toContain(String(size));
    expect(Object.keys(sampleSizes)).toHaveLength(4);
  });
});
