import type { Measures, RequestSample, StageSample } from "../report/check_report.ts";
import { type Sample, sampleOf } from "../stats/sample.ts";
import { nameSeries } from "./named_series.ts";

/** The samples of each stage, over those requests that are `wanted`. */
export function poolStages(
  { series, requests }: RequestSample,
  wanted: (request: number) => boolean = () => true,
): StageSample[] {
  const values = series.map((): number[] => []);
  for (const [index, stages] of requests.entries()) {
    if (!wanted(index)) continue;
    for (let at = 0; at < stages.length; at += 2) {
      values[stages[at] ?? 0]?.push(stages[at + 1] ?? Number.NaN);
    }
  }
  return series.map((one, index) => ({ ...one, sample: sampleOf(values[index] ?? []) }));
}

/** The samples of each stage, with the count and the median that all requests of the log gave. */
export function stagesOf(sample: RequestSample, { summary }: Measures): StageSample[] {
  const series = nameSeries(summary);
  return poolStages(sample).map((stage) => {
    const whole = series.find(({ family, name }) => family === stage.family && name === stage.name);
    return { ...stage, sample: completed(stage.sample, whole?.series) };
  });
}

function completed(sample: Sample, whole: { n: number; p50: number | null } | undefined): Sample {
  if (whole === undefined || whole.n === 0) return sample;
  return { n: whole.n, median: whole.p50, values: sample.values };
}
