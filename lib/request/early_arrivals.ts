import type { ClockReport } from "../report/doctor_report.ts";
import { SeriesBuilder } from "../stats/series.ts";

/** How often, on the way from one service to another, an effect came before its cause, and how long. */
export class EarlyArrivals {
  readonly #name: string;
  readonly #early = new SeriesBuilder();
  #of = 0;

  constructor(from: string, to: string) {
    this.#name = `${from}→${to}`;
  }

  /** Takes how many seconds something seems to have been on its way. */
  add(taken: number): void {
    this.#of++;
    if (taken < 0) this.#early.add(-taken);
  }

  /** Takes that many things that were not early. */
  pass(count: number): void {
    this.#of += count;
  }

  /** Reads out what was early; nothing if all came late enough. */
  read(): ClockReport[] {
    const { n, p50 } = this.#early.summarize();
    return p50 === null ? [] : [{ name: this.#name, n, of: this.#of, medianMs: p50 * 1000 }];
  }
}
