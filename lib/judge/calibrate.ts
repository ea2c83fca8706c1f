import type { CalibrationReport, RequestSample } from "../report/check_report.ts";
import { Random } from "../stats/random.ts";
import { judgeBaseline, looksSlower, type RegressionLimits } from "./judge_baseline.ts";
import { poolStages } from "./stage_samples.ts";

const seed = 1;
/** Enough for an interval's ends; 10 000 would take half an hour. */
const resamples = 200;

/**
 * Splits a log's requests into random halves again and again and compares each half with the other, as
 * `--baseline` would. Nothing differs but chance, so every failure is a false alarm.
 *
 * Cost: some milliseconds a split.
 */
export function calibrate(
  sample: RequestSample,
  limits: RegressionLimits,
  splits: number,
): CalibrationReport {
  const random = new Random(seed);
  const places = sample.requests.map((_, index) => index);
  const half = places.length >> 1;
  const byStage = new Map<string, number>();
  let [alarms, unclear] = [0, 0];
  for (let split = 0; split < splits; split++) {
    shuffle(places, random);
    const isFirst = new Set(places.slice(0, half));
    const before = poolStages(sample, (request) => isFirst.has(request));
    const after = poolStages(sample, (request) => !isFirst.has(request));
    if (!looksSlower(before, after, limits)) continue;
    const { items } = judgeBaseline(before, after, { ...limits, resamples });
    const failed = items.filter(({ verdict }) => verdict === "fail");
    for (const { name } of failed) byStage.set(name, (byStage.get(name) ?? 0) + 1);
    if (failed.length > 0) alarms++;
    else if (items.some(({ verdict }) => verdict === "inconclusive")) unclear++;
  }
  return { splits, requests: places.length, of: sample.of, alarms, unclear, byStage };
}

/** Fisher and Yates. */
function shuffle(places: number[], random: Random): void {
  for (let last = places.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [places[last], places[other]] = [places[other] ?? 0, places[last] ?? 0];
  }
}
