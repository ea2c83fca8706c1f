import { percentileOf } from "./series.ts";

/** A value as a sum of predictors times coefficients. */
export interface LinearModel {
  /** One for each predictor; 0 for one that follows from those before it. */
  readonly coefficients: readonly number[];
  /** Covariance of the coefficients, by row. */
  readonly covariance: readonly (readonly number[])[];
  /** Value minus sum, in the order of the values. */
  readonly residuals: Float64Array;
}

/** Residuals beyond so many deviations count less: 95 % as precise as least squares where none are. */
const tuning = 1.345;
/** Median of the absolute value of a standard normal number. */
const normalMad = 0.6744897501960817;
const maxRounds = 30;
const tolerance = 1e-8;
/** A predictor of which less than this is not in those before it says nothing of its own. */
const leastOwn = 1e-9;

/**
 * Fits values to predictors so that a few wild values do not bend the fit: Huber's M-estimate by
 * iteratively reweighted least squares, with the covariance of his first kind (Huber, "Robust
 * statistics", 1981, chapter 7). `predictors` are columns as long as `values`; one of ones is the
 * intercept. There must be more values than predictors.
 *
 * Cost: rounds (up to 30) × values × predictors².
 */
export function fitRobustly(
  predictors: readonly Float64Array[],
  values: Float64Array,
): LinearModel {
  let weights = new Float64Array(values.length).fill(1);
  let fit = fitWeighted(predictors, values, weights);
  const { rank } = fit;
  for (let round = 0; round < maxRounds; round++) {
    const scale = deviationOf(fit.residuals, rank);
    // Most values fit without an error: there is nothing to weigh the others by.
    if (scale === 0) break;
    weights = fit.residuals.map((residual) =>
      Math.min(1, (tuning * scale) / Math.max(Math.abs(residual), Number.MIN_VALUE)),
    );
    const next = fitWeighted(predictors, values, weights);
    const change = largestDifference(next.residuals, fit.residuals);
    fit = next;
    if (change <= tolerance * scale) break;
  }
  const { coefficients, residuals } = fit;
  return {
    coefficients,
    residuals,
    covariance: covarianceOf(predictors, rank, residuals, weights),
  };
}

function fitWeighted(
  predictors: readonly Float64Array[],
  values: Float64Array,
  weights: Float64Array,
): Omit<LinearModel, "covariance"> & { readonly rank: number } {
  const products = predictors.map((column) => weightedProduct(column, values, weights));
  const inverse = invert(crossProducts(predictors, weights));
  const coefficients = inverse.map((row) => dot(row, products));
  const residuals = values.map((value, index) => {
    let sum = 0;
    for (const [place, column] of predictors.entries()) {
      sum += (coefficients[place] ?? 0) * (column[index] ?? 0);
    }
    return value - sum;
  });
  const rank = inverse.filter((row, place) => (row[place] ?? 0) !== 0).length;
  return { coefficients, residuals, rank };
}

function covarianceOf(
  predictors: readonly Float64Array[],
  rank: number,
  residuals: Float64Array,
  weights: Float64Array,
): number[][] {
  const n = residuals.length;
  let [squares, untouched] = [0, 0];
  for (const [index, residual] of residuals.entries()) {
    const weight = weights[index] ?? 0;
    squares += (weight * residual) ** 2;
    if (weight === 1) untouched++;
  }
  const variance = squares / Math.max(1, n - rank) / (untouched / n) ** 2;
  const ones = new Float64Array(n).fill(1);
  return invert(crossProducts(predictors, ones)).map((row) => row.map((one) => one * variance));
}

/**
 * The median absolute residual, as a standard deviation. As many residuals as there are predictors that
 * count can always be made 0, so these do not.
 */
function deviationOf(residuals: Float64Array, rank: number): number {
  const ordered = residuals.map(Math.abs).sort().subarray(rank);
  return percentileOf(ordered.length, 0.5, (rank) => ordered[rank] ?? Number.NaN) / normalMad;
}

function largestDifference(one: Float64Array, other: Float64Array): number {
  return one.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? 0))),
    0,
  );
}

function crossProducts(predictors: readonly Float64Array[], weights: Float64Array): number[][] {
  return predictors.map((one) => predictors.map((other) => weightedProduct(one, other, weights)));
}

function weightedProduct(one: Float64Array, other: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) {
    sum += (one[index] ?? 0) * (other[index] ?? 0) * (weights[index] ?? 0);
  }
  return sum;
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

/**
 * The inverse of a matrix of cross products by sweeping one column after the other (Goodnight, "A tutorial
 * on the SWEEP operator", The American Statistician, 1979). A column that follows from those before it
 * is left out: its row and column are 0.
 */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const swept = matrix.map((row) => [...row]);
  const left: boolean[] = [];
  const at = (row: number, column: number) => swept[row]?.[column] ?? 0;
  for (let pivot = 0; pivot < size; pivot++) {
    const value = at(pivot, pivot);
    left[pivot] = !(value > leastOwn * (matrix[pivot]?.[pivot] ?? 0));
    if (left[pivot]) continue;
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / value;
      const target = swept[row] ?? [];
      for (let column = 0; column < size; column++) {
        if (column !== pivot) target[column] = at(row, column) - factor * at(pivot, column);
      }
      target[pivot] = -factor;
    }
    const own = swept[pivot] ?? [];
    for (let column = 0; column < size; column++) {
      own[column] = column === pivot ? 1 / value : at(pivot, column) / value;
    }
  }
  return swept.map((row, index) =>
    row.map((value, column) => (left[index] || left[column] ? 0 : value)),
  );
}
