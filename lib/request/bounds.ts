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
