import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { measuredOf } from "../../../lib/request/measured_request.ts";
import { RequestSamples } from "../../../lib/request/request_samples.ts";
import { RequestSummary } from "../../../lib/request/summarize.ts";
import { workloadMeasures } from "../../../lib/request/workload.ts";
import { readTraces } from "../../support/analysis.ts";
import { fixtures } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";

const logs = ["before.log", "after.log", "conversation.log", "kv-cache.log", "readme-sample.log"];

describe("RequestSamples", () => {
  test("keeps the samples that a summary summarizes, whatever the log", async () => {
    let compared = 0;
    for (const log of logs) {
      const [samples, summary] = [new RequestSamples(false), new RequestSummary()];
      for (const trace of await readTraces(join(fixtures, log))) {
        samples.add(measuredOf(analyzeRequest(trace)));
        summary.add(analyzeRequest(trace));
      }
      const [kept, expected] = [samples.read(), summary.read()];
      const { figures } = expected;
      const figuresByName = new Map([
        ["voice-to-voice", figures.voiceToVoice],
        ["processing", figures.processing],
        ["playback", figures.playback],
        ["total", figures.total],
      ]);
      for (const [found, wanted] of [
        [kept.figures, figuresByName],
        [kept.spans, expected.spans],
        [kept.gaps, expected.gaps],
      ] as const) {
        expect([...found.keys()]).toEqual([...wanted.keys()]);
        for (const [name, series] of wanted) {
          const one = found.get(name);
          expect(one?.n).toBe(series.n);
          expect(one?.medianMs).toBeCloseTo(series.p50 ?? Number.NaN, 9);
          expect(one?.valuesMs.length).toBe(series.n);
          expect(Math.max(...(one?.valuesMs ?? []))).toBeCloseTo(series.max ?? Number.NaN, 9);
          compared++;
        }
      }
      expect({ measures: kept.measures, folded: kept.folded }).toEqual({ measures: [], folded: 0 });
      expect(kept.requests).toBe(figures.total.n);
    }
    expect(compared).toBeGreaterThan(120);
  });

  test("keeps the workload that a stage met, and marks what was told only later", () => {
    const samples = new RequestSamples(true);
    const events = [
      eventAt(0, "v34_retrieval_start"),
      eventAt(30, "v34_retrieval_complete", { metadata: { num_chunks: 3 } }),
      eventAt(40, "v34_prompt_built", { metadata: { prompt_tokens_est: 700 } }),
      eventAt(50, "v34_ollama_sent"),
      eventAt(90, "v34_ollama_received", { metadata: { eval_count: 40, response_length: -1 } }),
    ];
    samples.add(measuredOf(analyzeRequest({ id: "aaaa0001", events })));
    const { figures, spans, gaps, measures } = samples.read();
    expect(measures).toEqual(workloadMeasures);
    const later = Number.POSITIVE_INFINITY;
    // Prompt tokens, answer tokens, answer characters (never told), chunks.
    expect([...(spans.get("retrieval")?.workload ?? [])]).toEqual([later, later, Number.NaN, 3]);
    expect([...(spans.get("llm")?.workload ?? [])]).toEqual([700, 40, Number.NaN, 3]);
    const gap = gaps.get("v34_prompt_built → v34_ollama_sent");
    expect([...(gap?.workload ?? [])]).toEqual([700, later, Number.NaN, 3]);
    expect([...(figures.get("total")?.workload ?? [])]).toEqual([700, 40, Number.NaN, 3]);
  });

  test("takes the first event that tells a measure, and numbers only", () => {
    const samples = new RequestSamples(true);
    const told = (at: number, value: string | number) =>
      eventAt(at, "v34_prompt_built", { metadata: { prompt_tokens_est: value } });
    samples.add(
      measuredOf(analyzeRequest({ id: "a", events: [told(0, "many"), told(1, 603), told(2, 9)] })),
    );
    expect(samples.read().figures.get("total")?.workload[0]).toBe(603);
  });

  test("keeps the names of 256 spans and as many gaps, and counts the samples of others", () => {
    const samples = new RequestSamples(false);
    for (let name = 0; name < 300; name++) {
      const events = [eventAt(0, `tts_${name}_start`), eventAt(5, `tts_${name}_complete`)];
      samples.add(measuredOf(analyzeRequest({ id: `id${name}`, events })));
    }
    const { spans, folded } = samples.read();
    expect({ spans: spans.size, folded }).toEqual({ spans: 256, folded: 44 });
  });
});
