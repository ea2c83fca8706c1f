import { expect, test } from "bun:test";
import { poolStages, stagesOf } from "../../../lib/judge/stage_samples.ts";
import type { RequestSample } from "../../../lib/report/check_report.ts";
import { measuresOf, seriesOf } from "../../support/check.ts";

const sample: RequestSample = {
  of: 3,
  series: [
    { family: "figure", name: "voice_to_voice" },
    { family: "span", name: "llm" },
  ],
  requests: [Float64Array.of(0, 50, 1, 30, 1, 10), Float64Array.of(0, 40), Float64Array.of(1, 20)],
};

test("poolStages() gathers each stage's samples over the requests that are wanted", () => {
  const outline = (wanted?: (request: number) => boolean) =>
    poolStages(sample, wanted).map(({ name, sample: { n, median, values } }) => [
      name,
      n,
      median,
      ...values,
    ]);
  expect(outline()).toEqual([
    ["voice_to_voice", 2, 45, 40, 50],
    ["llm", 3, 20, 10, 20, 30],
  ]);
  expect(outline((request) => request === 2)).toEqual([
    ["voice_to_voice", 0, null],
    ["llm", 1, 20, 20],
  ]);
});

test("stagesOf() takes count and median from all requests, where these are a part", () => {
  const series = seriesOf([...Array(1001).keys()]);
  const stages = stagesOf(sample, measuresOf({ spans: { llm: series } }));
  expect(stages[1]?.sample).toMatchObject({ n: 1001, median: 500 });
  expect(stages[1]?.sample.values.length).toBe(3);
  expect(stages[0]?.sample).toMatchObject({ n: 2, median: 45 });
});
