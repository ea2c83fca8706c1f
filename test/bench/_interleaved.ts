/** A way of writing events, measured in a process of its own. */
export interface Candidate {
  readonly name: string;
  /** Runs one round and returns microseconds per event. */
  readonly measure: () => number;
}

/**
 * Measures all candidates in turn, round by round, so that a busy spell of the machine falls on all of
 * them, and prints each one's median and its ratio to the last candidate.
 */
export function compareInTurn(title: string, candidates: readonly Candidate[], rounds = 9): void {
  const figures = candidates.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, candidate] of candidates.entries()) {
      figures[index]?.push(candidate.measure());
    }
  }
  const medians = figures.map(median);
  const reference = medians.at(-1) ?? Number.NaN;
  const width = Math.max(...candidates.map(({ name }) => name.length));
  process.stdout.write(`${title} (median of ${rounds} interleaved rounds)\n`);
  for (const [index, { name }] of candidates.entries()) {
    const perEvent = medians[index] ?? Number.NaN;
    const range = `${fixed(Math.min(...(figures[index] ?? [])))}–${fixed(Math.max(...(figures[index] ?? [])))}`;
    const ratio = (reference / perEvent).toFixed(2);
    process.stdout.write(
      `  ${name.padEnd(width)}  ${fixed(perEvent).padStart(7)} µs per event  ${range.padStart(13)}  ${ratio.padStart(5)}×\n`,
    );
  }
}

/** Runs a program that prints microseconds per event. */
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

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function fixed(figure: number): string {
  return figure.toFixed(figure < 100 ? 1 : 0);
}
