/** Events may stand up to this far from their place in time before a request is closed too early. */
export const disorderSeconds = 60;

/** What is held in memory at most while requests are gathered. */
export interface AssemblerBounds {
  /** Reaching it closes the longest idle request, and is counted. */
  readonly openRequests: number;
  /** Reaching it closes the request, and is counted. */
  readonly eventsPerRequest: number;
  /** Closed requests that may wait for an older open one before they are handed out all the same. */
  readonly waitingRequests: number;
}

/** The bounds that hold wherever nobody has to see one reached. */
export const usualBounds: AssemblerBounds = {
  openRequests: 65_536,
  eventsPerRequest: 10_000,
  waitingRequests: 8_192,
};

/**
 * The instant beyond which the open requests are looked through again for those that are due: a mark
 * on a grid of time, so that it depends on the highest timestamp alone and not on where a reader
 * began. Looking once per part of the wait keeps the cost small; it delays a closing, never a result.
 */
export function nextSweep(highestSeconds: number, idleSeconds: number): number {
  const pace = (idleSeconds + disorderSeconds) / 16;
  return (Math.floor(highestSeconds / pace) + 1) * pace;
}
