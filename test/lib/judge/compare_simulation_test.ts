/**
 * What a comparison promises, measured: how often it cries wolf, and how often it finds what is there. Every
 * draw is seeded, so the rates are the same in every run.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { compareLogs } from "../../../lib/judge/compare.ts";
import { compareFamily, type SamplePair } from "../../../lib/judge/compare_samples.ts";
import type { LogSamples, StageSamples } from "../../../lib/report/sample_report.ts";
import { analyzeRequest, type RequestAnalysis } from "../../../lib/request/describe.ts";
import { measuredOf } from "../../../lib/request/measured_request.ts";
import { RequestSamples } from "../../../lib/request/request_samples.ts";
import { workloadMeasures } from "../../../lib/request/workload.ts";
import { Random } from "../../../lib/stats/random.ts";
import { sampleOf } from "../../../lib/stats/sample.ts";
import { readTraces } from "../../support/analysis.ts";
import { fixtures } from "../../support/binary.ts";

setDefaultTimeout(60_000);

/** Few, as the ends of the interval decide little here; the command draws more. */
const resamples = 200;
const stages = 40;
const sigma = 0.25;

const before: readonly RequestAnalysis[] = (await readTraces(join(fixtures, "before.log"))).map(
  analyzeRequest,
);

function samplesOf(requests: readonly RequestAnalysis[]): LogSamples {
  const samples = new RequestSamples(false);
  for (const request of requests) samples.add(measuredOf(request));
  return samples.read();
}

/** The same things in an order in which every other is as likely (Fisher and Yates). */
function shuffled<Thing>(things: readonly Thing[], random: Random): Thing[] {
  const order = [...things];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] as Thing, order[last] as Thing];
  }
  return order;
}

function logNormal(random: Random, count: number, median: number): Float64Array {
  return Float64Array.from({ length: count }, () => median * Math.exp(sigma * random.normal()));
}

function family(random: Random, count: number, factor: number): SamplePair[] {
  return Array.from({ length: stages }, (_, stage) => ({
    before: sampleOf(logNormal(random, count, 1000)),
    after: sampleOf(logNormal(random, count, stage === 0 ? 1000 * factor : 1000)),
  }));
}

const isAlarm = (verdict: string | undefined) => verdict === "faster" || verdict === "slower";

describe("compareLogs()", () => {
  test("cries wolf in at most 5 % of 1 000 splits of one log, over all stages together", () => {
    const random = new Random(20251127);
    const runs = 1_000;
    let alarms = 0;
    let compared = 0;
    for (let run = 0; run < runs; run++) {
      const order = shuffled(before, random);
      const half = order.length / 2;
      const found = compareLogs(samplesOf(order.slice(0, half)), samplesOf(order.slice(half)), {
        resamples,
      });
      const all = [...found.figures, ...found.spans, ...found.gaps];
      compared += all.filter(({ comparison }) => comparison !== null).length;
      if (all.some(({ comparison }) => isAlarm(comparison?.verdict))) alarms++;
    }
    expect(before.length).toBe(48);
    expect(compared / runs).toBeGreaterThan(30);
    expect(alarms / runs).toBeLessThanOrEqual(0.05);
  });

  test("with the workload held constant too, where only the workload has changed", () => {
    const random = new Random(7);
    const runs = 150;
    let [alarms, unadjusted] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const sides = [1600, 900].map((tokens) => workloadSide(random, 60, tokens));
      const [found] = compareLogs(sides[0] as LogSamples, sides[1] as LogSamples, {
        resamples,
      }).spans;
      if (isAlarm(found?.comparison?.verdict)) unadjusted++;
      if (isAlarm(found?.adjusted?.verdict)) alarms++;
    }
    expect(unadjusted / runs).toBeGreaterThan(0.9);
    expect(alarms / runs).toBeLessThanOrEqual(0.05);
  });
});

describe("compareFamily()", () => {
  test(`finds 15 % on one of ${stages} stages in at least 90 % of runs, and nothing on the others`, () => {
    const random = new Random(3);
    const runs = 100;
    let [found, alarms] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const [injected, ...others] = compareFamily(family(random, 200, 1.15), { resamples });
      if (injected?.verdict === "slower") found++;
      if (others.some(({ verdict }) => isAlarm(verdict))) alarms++;
      expect(others.length).toBe(stages - 1);
    }
    expect(found / runs).toBeGreaterThanOrEqual(0.9);
    expect(alarms / runs).toBeLessThanOrEqual(0.05);
  });

  test("calls nothing the same that is further off than the margin, in 97 % of runs", () => {
    const random = new Random(5);
    const runs = 2_000;
    let same = 0;
    for (let run = 0; run < runs; run++) {
      // Just beyond the margin of 5 %, with samples enough for narrow intervals.
      const [only] = compareFamily(
        [
          {
            before: sampleOf(logNormal(random, 600, 1000)),
            after: sampleOf(logNormal(random, 600, 1053)),
          },
        ],
        { resamples },
      );
      if (only?.verdict === "same") same++;
    }
    expect(same / runs).toBeLessThanOrEqual(0.03);
  });

  test("cannot tell from five samples, whatever they are", () => {
    const random = new Random(11);
    for (let run = 0; run < 20; run++) {
      const found = compareFamily(family(random, 5, 3), { resamples });
      expect(new Set(found.map(({ verdict }) => verdict))).toEqual(new Set(["cannot tell"]));
    }
  });
});

/** One side of a comparison whose llm takes half a millisecond a token, give or take some noise. */
function workloadSide(random: Random, count: number, tokens: number): LogSamples {
  const width = workloadMeasures.length;
  const workload = new Float64Array(count * width).fill(Number.NaN);
  const values = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const prompt = tokens * (0.6 + 0.8 * random.uniform());
    workload[row * width] = prompt;
    values[row] = (300 + 0.5 * prompt) * Math.exp(0.05 * random.normal());
  }
  const { n, median } = sampleOf(values);
  const stage: StageSamples = { n, medianMs: median ?? 0, valuesMs: values, workload };
  return {
    requests: count,
    figures: new Map(),
    spans: new Map([["llm", stage]]),
    gaps: new Map(),
    measures: workloadMeasures,
    folded: 0,
  };
}
