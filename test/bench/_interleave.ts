/** One of several things that are compared by a figure. */
export interface Contender {
  readonly name: string;
  /** Runs one round and returns its figure. */
  readonly measure: () => number | Promise<number>;
}

/**
 * Measures contenders in turns, so that what else the machine does meets all of them, and prints the
 * median and range of each and, against the first contender, the median and quartiles of the ratios of
 * each round.
 */
export async function compareInTurns(
  contenders: readonly Contender[],
  rounds: number,
  unit: string,
): Promise<void> {
  const figures = contenders.map(() => new Float64Array(rounds));
  for (const { measure } of contenders) await measure();
  for (let round = 0; round < rounds; round++) {
    for (const [index, { measure }] of contenders.entries()) {
      (figures[index] as Float64Array)[round] = await measure();
    }
  }
  const width = Math.max(...contenders.map(({ name }) => name.length));
  const base = figures[0] as Float64Array;
  for (const [index, { name }] of contenders.entries()) {
    const own = figures[index] as Float64Array;
    const [least, median, most] = [0, 0.5, 1].map((q) => quantile(own, q).toFixed(2));
    const ratios = own.map((figure, round) => figure / (base[round] ?? Number.NaN));
    const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(ratios, q).toFixed(2));
    const against = index === 0 ? "" : `   ${middle} × ${contenders[0]?.name} (${low} to ${high})`;
    process.stdout.write(
      `  ${name.padEnd(width)}  ${median} ${unit} (${least} to ${most})${against}\n`,
    );
  }
}

/** A contender whose figure is the wall time of its work, in milliseconds. */
export function timed(name: string, work: () => void): Contender {
  const measure = () => {
    const start = Bun.nanoseconds();
    work();
    return (Bun.nanoseconds() - start) / 1e6;
  };
  return { name, measure };
}

/** Runs a program and returns the figure that its last line says. */
export function printedFigure(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): number {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const figure = Number(String(stdout).trim().split("\n").at(-1));
  if (exitCode === 0 && figure > 0) return figure;
  throw new Error(`Cannot measure ${command[0]}: ${stdout}${stderr}`);
}

function quantile(values: Float64Array, q: number): number {
  const sorted = values.toSorted();
  return sorted[Math.round((sorted.length - 1) * q)] ?? Number.NaN;
}
