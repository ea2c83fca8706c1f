/** The straight line nearest to some points, as `RegressionBuilder` finds it. */
import { reserve } from "../../event/scanner/assembly/memory.ts";

/** Fewer points than this tell nothing of a trend. */
const minPoints: f64 = 3;

/** What is known of the points of a line: see `RegressionBuilder`. */
@unmanaged export class Regression {
  n: f64;
  meanX: f64;
  meanY: f64;
  squaresX: f64;
  squaresY: f64;
  products: f64;
}

const regressionBytes = offsetof<Regression>();

/** A regression without points. */
export function newRegression(): Regression {
  return changetype<Regression>(reserve(regressionBytes));
}

/** Takes all points away. */
export function forgetPoints(line: Regression): void {
  memory.fill(changetype<usize>(line), 0, regressionBytes);
}

/** Adds a point. */
export function addPoint(line: Regression, x: f64, y: f64): void {
  line.n += 1;
  const fromMeanX = x - line.meanX;
  const fromMeanY = y - line.meanY;
  line.meanX += fromMeanX / line.n;
  line.meanY += fromMeanY / line.n;
  line.squaresX += fromMeanX * (x - line.meanX);
  line.squaresY += fromMeanY * (y - line.meanY);
  line.products += fromMeanX * (y - line.meanY);
}

/** The slope, y per x; NaN if points cannot tell. */
export function slopeOf(line: Regression): f64 {
  return line.n < minPoints || line.squaresX == 0 ? NaN : line.products / line.squaresX;
}

/** The value at x = 0. */
export function interceptOf(line: Regression): f64 {
  return line.meanY - slopeOf(line) * line.meanX;
}

/** The correlation; NaN if points cannot tell. */
export function correlationOf(line: Regression): f64 {
  if (isNaN(slopeOf(line)) || line.squaresY == 0) return NaN;
  return max<f64>(-1, min<f64>(1, rawCorrelation(line)));
}

@inline function rawCorrelation(line: Regression): f64 {
  return line.products / Math.sqrt(line.squaresX) / Math.sqrt(line.squaresY);
}

/** Whether all that is known of the line is a number that float64 can say. */
export function isSane(line: Regression): bool {
  if (line.n < minPoints || line.squaresX == 0) return true;
  return isFinite(interceptOf(line)) && (line.squaresY == 0 || isFinite(rawCorrelation(line)));
}
