import { describe, expect, test } from "bun:test";
import {
  BaselineError,
  baselineSchema,
  decodeBaseline,
  encodeBaseline,
  looksLikeBaseline,
} from "../../../lib/judge/baseline_file.ts";
import type { Baseline } from "../../../lib/report/check_report.ts";
import { emptySeries } from "../../../lib/stats/series.ts";
import { hostileNames, logNormal, measuresOf, seriesOf, stageOf } from "../../support/check.ts";

/** Eighths of a second are exact in binary, whether counted in seconds or in milliseconds. */
const values = logNormal(1000, 0.25, 51, 1).map((value) => Math.round(value / 125) * 125);
const spans = Object.fromEntries(
  [...hostileNames, "llm", "__proto__"].map((name) => [name, seriesOf(values)]),
);

const baseline: Baseline = {
  measures: measuresOf({
    voiceToVoice: seriesOf(values),
    spans: { ...spans, rare: seriesOf([1]), none: emptySeries },
    gaps: { "a → b": seriesOf(values, 0.2) },
    cache: { hit: 1, partial: 2, miss: 3, unknown: 4 },
    problems: { torn: 1, field: 0 },
  }),
  stages: [
    stageOf("figure", "voice_to_voice", values),
    ...Object.keys(spans).map((name) => stageOf("span", name, values)),
    stageOf("gap", "a → b", values),
  ],
  savedAtSeconds: 1_764_253_805.5,
  machine: "linux x64, 2 × cpu",
};

describe("a baseline", () => {
  const text = encodeBaseline(baseline);

  test("comes back as it was written", () => {
    const read = decodeBaseline(text);
    expect(read).toEqual(baseline);
    expect(read.stages.length).toBe(hostileNames.length + 4);
  });

  test("keeps the count and the median of samples that are a part of all", () => {
    const whole = { n: 70_000, median: 1234, values: Float64Array.from(values).sort() };
    const measures = measuresOf({ spans: { llm: { ...seriesOf(values), n: 70_000, p50: 1234 } } });
    const stages = [{ family: "span" as const, name: "llm", sample: whole }];
    expect(decodeBaseline(encodeBaseline({ ...baseline, measures, stages })).stages).toEqual(
      stages,
    );
  });

  test("is told from a log by its beginning", () => {
    expect(looksLikeBaseline(text.slice(0, 64))).toBe(true);
    expect(looksLikeBaseline('\n { "schema" :1')).toBe(true);
    expect(looksLikeBaseline('{"timestamp": 1764253805.25, "schema": 1')).toBe(false);
    expect(looksLikeBaseline("")).toBe(false);
  });

  test("that is cut anywhere is damaged, and never read", () => {
    const cuts = Array.from({ length: 200 }, (_, index) => Math.floor((text.length * index) / 200));
    for (const cut of [...cuts, text.length - 2]) {
      expect(() => decodeBaseline(text.slice(0, cut))).toThrow(BaselineError);
    }
  });

  test("of a newer program says so", () => {
    const newer = text.replace(`"schema":${baselineSchema}`, `"schema":${baselineSchema + 1}`);
    expect(() => decodeBaseline(newer)).toThrow(
      "it was saved by a newer timmy-latency (schema 2, this one reads 1): update this one, or save the baseline anew",
    );
  });
});

/** A baseline as JSON has it. */
type Document = Record<string, unknown> & { readonly series: readonly Record<string, unknown>[] };

const damages: readonly (readonly [
  name: string,
  change: (document: Document) => unknown,
  message: string,
])[] = [
  ["no object", () => [], "it is damaged: it does not end as it was written; save it anew"],
  [
    "another document",
    (one) => ({ ...one, kind: "x" }),
    "it is a JSON document, but none that check --save wrote",
  ],
  ["schema", (one) => ({ ...one, schema: "1" }), "it is damaged at schema; save it anew"],
  ["requests", (one) => ({ ...one, requests: null }), "it is damaged at requests; save it anew"],
  ["cache", (one) => ({ ...one, cache: { hit: "1" } }), "it is damaged at cache; save it anew"],
  ["cache's keys", (one) => ({ ...one, cache: {} }), "it is damaged at cache; save it anew"],
  ["problems", (one) => ({ ...one, problems: [] }), "it is damaged at problems; save it anew"],
  ["series", (one) => ({ ...one, series: {} }), "it is damaged at series; save it anew"],
  ["a row", (one) => ({ ...one, series: [1] }), "it is damaged at series[0]; save it anew"],
  [
    "a family",
    (one) => ({ ...one, series: [{ ...one.series[0], family: "step" }] }),
    "it is damaged at series[0]; save it anew",
  ],
  [
    "a number",
    (one) => ({ ...one, series: [one.series[0], { ...one.series[1], p50: "1" }] }),
    "it is damaged at series[1].p50; save it anew",
  ],
  [
    "a sample",
    (one) => ({ ...one, series: [{ ...one.series[0], samples: [1, null] }] }),
    "it is damaged at series[0].samples; save it anew",
  ],
];

test.each(damages)("decodeBaseline() refuses what is damaged: %s", (_, change, message) => {
  const document = change(JSON.parse(encodeBaseline(baseline)));
  expect(() => decodeBaseline(JSON.stringify(document))).toThrow(new BaselineError(message));
});
