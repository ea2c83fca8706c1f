import { describe, expect, test } from "bun:test";
import { analyzeRequest, type RequestAnalysis } from "../../../lib/request/describe.ts";
import { OutlierExplainer } from "../../../lib/request/outliers.ts";
import { eventAt } from "../../support/events.ts";

/** A turn of 1 s of llm and 200 ms of retrieval, unless said otherwise. */
function turn(id: string, atMs: number, { llmMs = 1000, retrievalMs = 200, rerankMs = 0 } = {}) {
  const at = (offsetMs: number, name: string) => eventAt(atMs + offsetMs, name, { id });
  const sent = retrievalMs + rerankMs;
  const rerank = [at(retrievalMs, "v34_rerank_start"), at(sent, "v34_rerank_complete")];
  return analyzeRequest({
    id,
    events: [
      at(0, "v34_retrieval_start"),
      at(retrievalMs, "v34_retrieval_complete"),
      ...(rerankMs > 0 ? rerank : []),
      at(sent, "v34_ollama_sent"),
      at(sent + llmMs, "v34_ollama_received"),
    ],
  });
}

function explainerOf(analyses: readonly RequestAnalysis[]): OutlierExplainer {
  const explainer = new OutlierExplainer(1);
  for (const analysis of analyses) explainer.see(analysis.trace);
  for (const analysis of analyses) explainer.consider(analysis);
  return explainer;
}

const usual = Array.from({ length: 9 }, (_, index) => turn(`u${index}`, index * 10_000));

describe("OutlierExplainer", () => {
  test("says which part holds what share of the excess over the median", () => {
    const slow = turn("slow", 200_000, { llmMs: 1900, retrievalMs: 300 });
    const outlier = explainerOf([...usual, slow]).explain(slow);
    expect(outlier.n).toBe(10);
    expect(outlier.medianMs).toBeCloseTo(1200, 3);
    expect(outlier.excessMs).toBeCloseTo(1000, 3);
    const parts = outlier.parts.map(({ name, durationMs, medianMs, share }) => [
      name,
      ...[durationMs, medianMs, share * 100].map(Math.round),
    ]);
    expect(parts).toEqual([
      ["llm", 1900, 1000, 90],
      ["retrieval", 300, 200, 10],
    ]);
  });

  test("takes a part that others do not have for all excess", () => {
    const slow = turn("slow", 200_000, { rerankMs: 500 });
    const outlier = explainerOf([...usual, slow]).explain(slow);
    expect(outlier.parts).toMatchObject([
      { name: "v34_rerank", medianMs: 0, share: expect.closeTo(1, 6) },
    ]);
  });

  test("has nothing to explain where a request is no slower than usual", () => {
    const outlier = explainerOf(usual).explain(usual[3] as RequestAnalysis);
    expect(outlier.excessMs).toBeCloseTo(0, 6);
    expect(explainerOf(usual.slice(0, 1)).explain(usual[0] as RequestAnalysis)).toMatchObject({
      n: 1,
      excessMs: 0,
      parts: [],
      separators: null,
    });
  });

  test("names requests that were under way meanwhile, also such as nobody asked for", () => {
    const slow = turn("slow", 200_000, { llmMs: 5000 });
    const other = turn("other", 203_000);
    const explainer = new OutlierExplainer(1);
    for (const { trace } of [...usual, slow, other]) explainer.see(trace);
    for (const analysis of [...usual, slow]) explainer.consider(analysis);
    const { overlapping, overlaps } = explainer.explain(slow);
    expect(overlapping).toBe(1);
    expect(overlaps).toMatchObject([{ id: "other", durationMs: expect.closeTo(1200, 3) }]);
  });

  test("puts parts beyond 256 names together", () => {
    const events = Array.from({ length: 400 }, (_, index) =>
      eventAt(index * 10, `v34_step${index}`),
    );
    const long = analyzeRequest({ id: "long", events });
    const many = [...usual, long];
    const { parts } = explainerOf(many).explain(long);
    expect(parts.find(({ name }) => name === "other")?.durationMs).toBeGreaterThan(1000);
  });
});
