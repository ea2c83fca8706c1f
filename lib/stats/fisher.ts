/** ln(n!) for all n met so far. */
const logFactorials = [0];

/** A table of two groups, and how many of each have something. */
export interface TwoGroups {
  readonly first: { readonly having: number; readonly of: number };
  readonly second: { readonly having: number; readonly of: number };
}

/**
 * The chance that two groups differ so much in how many have something, or more, if they do not differ
 * at all; two-sided: all tables that are no more likely than this one (Fisher, "Statistical methods for
 * research workers", 1934; the usual definition of two sides). Costs a step for each table.
 */
export function fisherExact({ first, second }: TwoGroups): number {
  const having = first.having + second.having;
  const all = first.of + second.of;
  const fewest = Math.max(0, having - second.of);
  const most = Math.min(having, first.of);
  const logWays = (count: number) =>
    logChoose(first.of, count) + logChoose(second.of, having - count) - logChoose(all, having);
  // Of two equally likely tables rounding must not make one the less likely.
  const limit = logWays(first.having) + 1e-9;
  let sum = 0;
  for (let count = fewest; count <= most; count++) {
    const log = logWays(count);
    if (log <= limit) sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** ln of the number of ways to choose `count` of `all`. */
function logChoose(all: number, count: number): number {
  return logFactorial(all) - logFactorial(count) - logFactorial(all - count);
}

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++) {
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  }
  return logFactorials[n] ?? 0;
}
