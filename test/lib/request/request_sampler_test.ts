import { describe, expect, test } from "bun:test";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { measuredOf } from "../../../lib/request/measured_request.ts";
import { maxSampledRequests, RequestSampler } from "../../../lib/request/request_sampler.ts";
import { turnEvents } from "../../support/conversation.ts";
import { eventAt } from "../../support/events.ts";

function analyzed(llmMs: number) {
  return analyzeRequest({ id: "aaaa0001", events: turnEvents({ id: "aaaa0001", at: 0, llmMs }) });
}

/** The samples of llm, in whole milliseconds. */
function llmOf({ series, requests }: ReturnType<RequestSampler["read"]>): number[] {
  const llm = series.findIndex(({ name }) => name === "llm");
  return requests.map((stages) => {
    const at = [...stages].findIndex((value, index) => index % 2 === 0 && value === llm);
    return Math.round(stages[at + 1] ?? Number.NaN);
  });
}

describe("RequestSampler", () => {
  test("keeps figures, spans and gaps, and leaves playback and envelopes out", () => {
    const sampler = new RequestSampler();
    sampler.add(measuredOf(analyzed(1000)));
    const names = sampler.read().series.map(({ family, name }) => `${family} ${name}`);
    expect(names).toEqual([
      "figure voice_to_voice",
      "figure processing",
      "span hand-off stt→v34",
      "span llm",
      "gap v34_webhook_received → v34_prompt_built",
      "gap v34_prompt_built → v34_ollama_sent",
      "gap v34_ollama_received → tts_audio_playback_start",
    ]);
    const envelope = [
      eventAt(0, "stt_http_request_start"),
      eventAt(100, "stt_http_response_received"),
    ];
    sampler.add(measuredOf(analyzeRequest({ id: "bbbb0001", events: envelope })));
    expect(sampler.read().series.some(({ name }) => name === "http call")).toBe(false);
  });

  test("keeps every request as long as there are few", () => {
    const sampler = new RequestSampler();
    const llms = Array.from({ length: 500 }, (_, index) => index + 1);
    for (const llmMs of llms) sampler.add(measuredOf(analyzed(llmMs)));
    expect(llmOf(sampler.read())).toEqual(llms);
  });

  test("keeps a fair part of many, the same in every run", () => {
    const count = 20_000;
    const draw = () => {
      const sampler = new RequestSampler();
      const request = analyzed(1000);
      for (let index = 0; index < count; index++) {
        const figures = { ...request.figures, processingSeconds: index / 1000 };
        sampler.add(measuredOf({ ...request, figures }));
      }
      return sampler.read();
    };
    const { of, requests, series } = draw();
    const processing = series.findIndex(({ name }) => name === "processing");
    const places = requests.map((stages) => stages[stages.indexOf(processing) + 1] ?? Number.NaN);
    expect([of, requests.length]).toEqual([count, maxSampledRequests]);
    // The mean of 1 000 of 0…19 999 is 10 000, give or take 180.
    const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
    expect(Math.abs(mean - count / 2)).toBeLessThan(5 * 180);
    expect(new Set(places).size).toBe(maxSampledRequests);
    expect(draw().requests).toEqual(requests);
  });

  test("keeps no more than 256 names of a family apart", () => {
    const sampler = new RequestSampler();
    for (let index = 0; index < 300; index++) {
      const events = [eventAt(0, `x${index}_start`), eventAt(10, `x${index}_end`)];
      sampler.add(measuredOf(analyzeRequest({ id: "aaaa0001", events })));
    }
    const { series, requests } = sampler.read();
    expect(series.filter(({ family }) => family === "span").length).toBe(256);
    expect(requests.length).toBe(300);
  });
});
