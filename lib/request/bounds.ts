/** What gathering events into requests allows for, and what it holds at most. */

/** Events may stand up to this far from their place in time before a request is closed too early. */
export const disorderSeconds = 60;
/** Reaching one of these is counted, never silent. */
export const maxOpenRequests = 65_536;
export const maxEventsPerRequest = 10_000;
/** Closed requests that may wait for an older open one before they are handed out all the same. */
export const maxWaiting = 8_192;
