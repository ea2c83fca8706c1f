import { AnchoredClock } from "../lib/sdk/anchored_clock.ts";

/** The wall clock of words that stamp more than one event, to the microsecond. */
export const clock = new AnchoredClock(
  () => Date.now(),
  () => performance.now(),
  performance.timeOrigin,
);
