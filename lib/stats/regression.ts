/** Fewer points than this always lie on a line, or nearly: they tell nothing of a trend. */
const minPoints = 3;

/** The straight line nearest to some points, and how near; null where there is too little to tell. */
export interface Regression {
  readonly n: number;
  /** Least-squares slope: y per x. Null below 3 points, or if x never changes. */
  readonly slope: number | null;
  /** The line's value at x = 0. */
  readonly intercept: number | null;
  /** Pearson's correlation, −1 to 1. Null below 3 points, or if x or y never changes. */
  readonly r: number | null;
}

/**
 * Gathers points one by one and fits a line to them. Sums of squares are kept around the running
 * means (Welford, "Note on a method for calculating corrected sums of squares and products",
 * Technometrics 1962), so that large offsets such as Unix times cost no precision.
 *
 * Memory: six numbers, whatever the number of points.
 */
export class RegressionBuilder {
  #n = 0;
  #meanX = 0;
  #meanY = 0;
  #squaresX = 0;
  #squaresY = 0;
  #products = 0;

  /** Takes a point; both numbers must be finite. */
  add(x: number, y: number): void {
    this.#n++;
    const fromMeanX = x - this.#meanX;
    const fromMeanY = y - this.#meanY;
    this.#meanX += fromMeanX / this.#n;
    this.#meanY += fromMeanY / this.#n;
    this.#squaresX += fromMeanX * (x - this.#meanX);
    this.#squaresY += fromMeanY * (y - this.#meanY);
    this.#products += fromMeanX * (y - this.#meanY);
  }

  /** Reads the line out. */
  read(): Regression {
    const n = this.#n;
    if (n < minPoints || this.#squaresX === 0) return { n, slope: null, intercept: null, r: null };
    const slope = this.#products / this.#squaresX;
    const intercept = this.#meanY - slope * this.#meanX;
    if (this.#squaresY === 0) return { n, slope, intercept, r: null };
    const r = this.#products / Math.sqrt(this.#squaresX) / Math.sqrt(this.#squaresY);
    return { n, slope, intercept, r: Math.max(-1, Math.min(1, r)) };
  }
}
