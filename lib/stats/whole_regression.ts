import type { Regression } from "./regression.ts";
import { WholeSum } from "./whole_sum.ts";

/** Larger coordinates are refused: the square of one must fit into a `WholeSum`. */
export const largestCoordinate = 2 ** 26;

/** Fewer points than this always lie on a line, or nearly: they tell nothing of a trend. */
const minPoints = 3;

/** Sums over points with whole coordinates. */
export interface WholeSums {
  readonly n: number;
  readonly x: bigint;
  readonly y: bigint;
  readonly xx: bigint;
  readonly yy: bigint;
  readonly xy: bigint;
}

/**
 * Fits a line to points with whole coordinates, as `RegressionBuilder` does to any. Its sums are exact,
 * so that parts of a log may be added and merged in any order: the result has the same bytes.
 *
 * Memory: six numbers, whatever the number of points.
 */
export class WholeRegression {
  #n = 0;
  readonly #x = new WholeSum();
  readonly #y = new WholeSum();
  readonly #xx = new WholeSum();
  readonly #yy = new WholeSum();
  readonly #xy = new WholeSum();

  /** Takes a point; both numbers must be whole, from 0 to `largestCoordinate`. */
  add(x: number, y: number): void {
    this.#n++;
    this.#x.add(x);
    this.#y.add(y);
    this.#xx.add(x * x);
    this.#yy.add(y * y);
    this.#xy.add(x * y);
  }

  /** Adds points by their sums. */
  mergeSums({ n, x, y, xx, yy, xy }: WholeSums): void {
    this.#n += n;
    this.#x.addLarge(x);
    this.#y.addLarge(y);
    this.#xx.addLarge(xx);
    this.#yy.addLarge(yy);
    this.#xy.addLarge(xy);
  }

  /** Adds the points of another. */
  merge(other: WholeRegression): void {
    this.#n += other.#n;
    this.#x.merge(other.#x);
    this.#y.merge(other.#y);
    this.#xx.merge(other.#xx);
    this.#yy.merge(other.#yy);
    this.#xy.merge(other.#xy);
  }

  /** Reads the line out. */
  read(): Regression {
    const n = this.#n;
    const [count, x, y] = [BigInt(n), this.#x.read(), this.#y.read()];
    // All n² times what they are called, which whole numbers need no division for.
    const varianceX = Number(count * this.#xx.read() - x * x);
    const varianceY = Number(count * this.#yy.read() - y * y);
    const covariance = Number(count * this.#xy.read() - x * y);
    if (n < minPoints || varianceX === 0) return { n, slope: null, intercept: null, r: null };
    const slope = covariance / varianceX;
    const intercept = (Number(y) - slope * Number(x)) / n;
    if (varianceY === 0) return { n, slope, intercept, r: null };
    const r = covariance / Math.sqrt(varianceX) / Math.sqrt(varianceY);
    return { n, slope, intercept, r: Math.max(-1, Math.min(1, r)) };
  }
}
