/**
 * How far two services' clocks are apart, from causes and effects between them: an offset is how far
 * the clock of `to` is ahead of that of `from`.
 */
export interface ClockPairReport {
  readonly from: string;
  readonly to: string;
  /** Requests in which one sent to the other. */
  readonly exchanges: number;
  /** Those of them with an effect before its cause: no offset of 0 explains them. */
  readonly conflicts: number;
  /** Exchanges that contradict those before and behind them, or each other. */
  readonly odd: number;
  /** Between two of them a clock was set, oldest first. */
  readonly stretches: readonly ClockStretchReport[];
}

/** A time in which one offset explains all exchanges: any between the bounds, null for no bound. */
export interface ClockStretchReport {
  /** The first and the last exchange, Unix seconds. */
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly exchanges: number;
  readonly lowestMs: number | null;
  readonly highestMs: number | null;
}

/** By how much a service's clock is taken to be ahead in a request that was corrected. */
export interface CorrectionReport {
  readonly service: string;
  /** The middle of the bounds. */
  readonly offsetMs: number;
  readonly lowestMs: number;
  readonly highestMs: number;
}

/** How often one of two clocks was set, as far as more than one request tells of it. */
export function countSettings({ stretches }: ClockPairReport): number {
  const sure = stretches.filter(({ exchanges }) => exchanges > 1);
  return sure.filter((stretch, index) => isApart(stretch, sure[index - 1])).length;
}

function isApart(one: ClockStretchReport, other: ClockStretchReport | undefined): boolean {
  if (other === undefined) return false;
  const isBelow = (a: number | null, b: number | null) => a !== null && b !== null && a < b;
  return isBelow(one.highestMs, other.lowestMs) || isBelow(other.highestMs, one.lowestMs);
}

/**
 * Whether a stretch shows that two clocks disagree: no offset of 0 explains it. Writers round to a
 * microsecond, which is no disagreement.
 */
export function disagrees({ lowestMs, highestMs }: ClockStretchReport): boolean {
  const roundingMs = 0.002;
  return (
    (lowestMs !== null && lowestMs > roundingMs) || (highestMs !== null && highestMs < -roundingMs)
  );
}
