/** From here on a continued fraction converges faster than the series. */
const farOut = 3;

/**
 * The chance that a standard normal number exceeds `z`, to about 14 digits also far out. Near the middle
 * by the series of Marsaglia, "Evaluating the normal distribution" (Journal of Statistical Software,
 * 2004), beyond by the continued fraction 26.2.14 of Abramowitz and Stegun, "Handbook of mathematical
 * functions".
 */
export function upperTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < -farOut) return 1 - upperTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > farOut) {
    let fraction = z;
    for (let index = 60; index >= 1; index--) fraction = z + index / fraction;
    return density / fraction;
  }
  let term = z;
  let sum = z;
  for (let divisor = 3; Math.abs(term) > 1e-17; divisor += 2) {
    term *= (z * z) / divisor;
    sum += term;
  }
  return 0.5 - density * sum;
}

/** The number that a standard normal one exceeds with the chance `tail`, more than 0 and less than 1. */
export function normalQuantile(tail: number): number {
  let [low, high] = [-40, 40];
  // Halving 80 sixty times leaves less than rounding does.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
