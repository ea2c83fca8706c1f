/** What a peer of `analyze --summary` has to tell, which is less than that tells. */
export interface PeerAnswer {
  readonly requests: number;
  /** Kinds of neighbouring events, and how many such pairs there are. */
  readonly steps: number;
  readonly samples: number;
}

/** Events of one request: times and names at the same places. */
interface Request {
  readonly times: number[];
  readonly names: string[];
}

/** Gathers events by request, in plain objects and arrays, as one would write it in an afternoon. */
export class PlainSteps {
  readonly #requests = new Map<string, Request>();

  add(event: { request_id: string; event: string; timestamp: number }): void {
    let request = this.#requests.get(event.request_id);
    if (request === undefined) {
      request = { times: [], names: [] };
      this.#requests.set(event.request_id, request);
    }
    request.times.push(event.timestamp);
    request.names.push(event.event);
  }

  /** Computes n, mean, min, max and percentiles of every step and of the totals. */
  end(): PeerAnswer {
    const steps = new Map<string, number[]>();
    const totals: number[] = [];
    for (const { times, names } of this.#requests.values()) {
      const order = times.map((_, index) => index);
      order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
      for (let at = 1; at < order.length; at++) {
        const [from = 0, to = 0] = [order[at - 1], order[at]];
        const name = `${names[from]} → ${names[to]}`;
        const samples = steps.get(name);
        const seconds = (times[to] ?? 0) - (times[from] ?? 0);
        if (samples === undefined) steps.set(name, [seconds]);
        else samples.push(seconds);
      }
      totals.push((times[order.at(-1) ?? 0] ?? 0) - (times[order[0] ?? 0] ?? 0));
    }
    let samples = 0;
    for (const series of [...steps.values(), totals]) describe(series);
    for (const { length } of steps.values()) samples += length;
    return { requests: totals.length, steps: steps.size, samples };
  }
}

function describe(series: readonly number[]): number[] {
  const sorted = Float64Array.from(series).sort();
  const sum = sorted.reduce((total, sample) => total + sample, 0);
  const percentiles = [0.5, 0.9, 0.95, 0.99].map((fraction) => {
    const position = (sorted.length - 1) * fraction;
    const below = Math.floor(position);
    const low = sorted[below] ?? Number.NaN;
    return low + ((sorted[below + 1] ?? low) - low) * (position - below);
  });
  return [sum / sorted.length, sorted[0] ?? 0, sorted.at(-1) ?? 0, ...percentiles];
}
