/**
 * Corrects the p-values of a family of tests so that the chance of even one false alarm among them stays
 * below the level that they are compared with: Holm, "A simple sequentially rejective multiple test
 * procedure" (Scandinavian Journal of Statistics, 1979). Holds however the tests depend on each other.
 */
export function correctByHolm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index);
  order.sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const corrected = pValues.map(() => 1);
  let highest = 0;
  for (const [step, index] of order.entries()) {
    const p = (pValues[index] ?? 1) * (pValues.length - step);
    highest = Math.max(highest, Math.min(1, p));
    corrected[index] = highest;
  }
  return corrected;
}
