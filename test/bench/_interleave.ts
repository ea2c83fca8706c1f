/** One of several things whose times are compared. */
export interface Contender {
  readonly name: string;
  readonly work: () => void;
}

/**
 * Times contenders in turns, so that what else the machine does meets all of them, and prints the
 * medians and, against the first contender, the median and quartiles of the ratios of each round.
 */
export function compareInTurns(contenders: readonly Contender[], rounds: number): void {
  const times = contenders.map(() => new Float64Array(rounds));
  for (const { work } of contenders) work();
  for (let round = 0; round < rounds; round++) {
    for (const [index, { work }] of contenders.entries()) {
      const start = Bun.nanoseconds();
      work();
      (times[index] as Float64Array)[round] = (Bun.nanoseconds() - start) / 1e6;
    }
  }
  const base = times[0] as Float64Array;
  for (const [index, { name }] of contenders.entries()) {
    const own = times[index] as Float64Array;
    const ratios = own.map((time, round) => time / (base[round] ?? Number.NaN));
    const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(2));
    const figures = `median ${quantile(own, 0.5).toFixed(2)} ms, best ${quantile(own, 0).toFixed(2)} ms`;
    const against = index === 0 ? "" : `, ${middle} × ${contenders[0]?.name} (${low} to ${high})`;
    process.stdout.write(`  ${name.padEnd(30)} ${figures}${against}\n`);
  }
}

function quantile(values: Float64Array, q: number): number {
  const sorted = values.toSorted();
  return sorted[Math.round((sorted.length - 1) * q)] ?? Number.NaN;
}
