import { describe, expect, test } from "bun:test";
import { calibrate } from "../../../lib/judge/calibrate.ts";
import type { RequestSample } from "../../../lib/report/check_report.ts";
import { logNormal } from "../../support/check.ts";

const limits = { minChange: 0.1, minDeltaMs: 20, minSamples: 10 };

/** Requests whose stages all scatter, about independently. */
function sampleOf(requests: number, stages: number, sigma: number): RequestSample {
  const columns = Array.from({ length: stages }, (_, stage) =>
    logNormal(1000, sigma, requests, stage + 1),
  );
  return {
    of: requests,
    series: columns.map((_, stage) => ({ family: "span", name: `s${stage}` })),
    requests: Array.from({ length: requests }, (_, request) =>
      Float64Array.from(columns.flatMap((column, stage) => [stage, column[request] ?? 0])),
    ),
  };
}

describe("calibrate()", () => {
  test("finds no more than 5 % false alarms, also where stages are many and floors low", () => {
    const low = { ...limits, minChange: 0, minDeltaMs: 0 };
    const { alarms, splits, byStage } = calibrate(sampleOf(100, 10, 0.25), low, 300);
    expect(splits).toBe(300);
    expect(alarms).toBeLessThanOrEqual(15);
    // A test of nothing would find none at all.
    expect(alarms).toBeGreaterThan(0);
    expect([...byStage.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(
      alarms,
    );
  });

  test("finds none where nothing scatters, and is the same in every run", () => {
    const steady = calibrate(sampleOf(60, 4, 0), limits, 50);
    expect(steady).toMatchObject({ splits: 50, requests: 60, of: 60, alarms: 0, unclear: 0 });
    const noisy = sampleOf(40, 4, 0.6);
    const once = calibrate(noisy, limits, 40);
    expect(calibrate(noisy, limits, 40)).toEqual(once);
    expect(once.unclear).toBeGreaterThan(0);
  });
});
