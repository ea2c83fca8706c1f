import type { StageSamples } from "../report/sample_report.ts";
import { fitRobustly } from "../stats/robust_regression.ts";
import { sampleOf } from "../stats/sample.ts";
import { minSamples, type SamplePair } from "./compare_samples.ts";

/** Fewer samples for each thing that is held constant would follow any line. */
const samplesPerPredictor = 4;

/** Samples of one side, with the numbers that are held constant as columns. */
interface Rows {
  readonly values: Float64Array;
  readonly columns: readonly Float64Array[];
}

/** A stage's samples as they would be if all requests had the same workload. */
export interface AdjustedPair extends SamplePair {
  /** Difference of the medians of the same samples as they are, milliseconds. */
  readonly unadjusted: number;
}

/**
 * Which of the measures a stage met, on both sides: they are known for at least half of its samples, were
 * told before it ended, and vary. (What is told later, as the answer's length is after the retrieval,
 * cannot have made it long, and would only blur it.)
 */
export function chooseMeasures(before: StageSamples, after: StageSamples, count: number): number[] {
  return Array.from({ length: count }, (_, measure) => measure).filter((measure) => {
    const sides = [before, after].map((side) => columnOf(side, measure, count));
    const known = sides.map((column) => column.filter(Number.isFinite));
    const isMet = known.every((values, side) => 2 * values.length >= (sides[side]?.length ?? 0));
    const first = known[0]?.[0];
    return isMet && known.some((values) => values.some((value) => value !== first));
  });
}

/**
 * Takes the workload out of a stage: the durations are fitted to the side and the measures, and each is
 * moved by what its own workload differs from the mean of all. The ranks are those of what remains if
 * only the workload, and not the side, is fitted (Quade, "Rank analysis of covariance", Journal of the
 * American Statistical Association, 1967), so that a workload that goes with the side is not taken for a
 * change. `count` is how many measures there are. Null where the stage met none, or too few samples know
 * theirs.
 */
export function adjustForWorkload(
  before: StageSamples,
  after: StageSamples,
  count: number,
): AdjustedPair | null {
  const held = chooseMeasures(before, after, count);
  if (held.length === 0) return null;
  const rows = [completeRows(before, held, count), completeRows(after, held, count)] as const;
  const [n, m] = [rows[0].values.length, rows[1].values.length];
  if (Math.min(n, m) < minSamples) return null;
  if (n + m < samplesPerPredictor * (held.length + 2)) return null;
  const values = join(rows[0].values, rows[1].values);
  const ones = new Float64Array(n + m).fill(1);
  const side = new Float64Array(n + m).fill(1, n);
  const workload = held.map((_, place) =>
    centered(join(rows[0].columns[place] ?? ones, rows[1].columns[place] ?? ones)),
  );
  const full = fitRobustly([ones, side, ...workload], values);
  const slopes = full.coefficients.slice(2);
  const adjusted = values.map((value, row) =>
    slopes.reduce((rest, slope, place) => rest - slope * (workload[place]?.[row] ?? 0), value),
  );
  const shift = workload.map((column) => mean(column.subarray(n)) - mean(column.subarray(0, n)));
  const { residuals } = fitRobustly([ones, ...workload], values);
  return {
    before: sampleOf(adjusted.subarray(0, n)),
    after: sampleOf(adjusted.subarray(n)),
    extraError: errorOfSlopes(full.covariance, shift),
    ranked: { before: residuals.slice(0, n).sort(), after: residuals.slice(n).sort() },
    unadjusted: (sampleOf(rows[1].values).median ?? 0) - (sampleOf(rows[0].values).median ?? 0),
  };
}

/** How far the slopes may be wrong, where the two sides' workloads differ by `shift`. */
function errorOfSlopes(
  covariance: readonly (readonly number[])[],
  shift: readonly number[],
): number {
  let variance = 0;
  for (const [row, one] of shift.entries()) {
    for (const [column, other] of shift.entries()) {
      variance += one * other * (covariance[row + 2]?.[column + 2] ?? 0);
    }
  }
  return Math.sqrt(Math.max(0, variance));
}

function completeRows(
  { valuesMs, workload }: StageSamples,
  held: readonly number[],
  count: number,
): Rows {
  const isComplete = (row: number) =>
    held.every((measure) => Number.isFinite(workload[row * count + measure]));
  const rows = [...valuesMs.keys()].filter(isComplete);
  return {
    values: Float64Array.from(rows, (row) => valuesMs[row] ?? Number.NaN),
    columns: held.map((measure) =>
      Float64Array.from(rows, (row) => workload[row * count + measure] ?? Number.NaN),
    ),
  };
}

function columnOf({ valuesMs, workload }: StageSamples, measure: number, count: number) {
  return valuesMs.map((_, row) => workload[row * count + measure] ?? Number.NaN);
}

function join(one: Float64Array, other: Float64Array): Float64Array {
  const joined = new Float64Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  return joined;
}

function centered(column: Float64Array): Float64Array {
  const middle = mean(column);
  return column.map((value) => value - middle);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
