/** A stretch of time, both ends included, Unix seconds. */
export interface Window {
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/**
 * The window of the newest request among events of one id: back from the latest of them as long as no
 * two are further apart than the idle window. Sorts `seconds`; null if there are none.
 */
export function newestWindow(seconds: number[], idleSeconds: number): Window | null {
  seconds.sort((a, b) => b - a);
  const [lastSeconds] = seconds;
  if (lastSeconds === undefined) return null;
  let firstSeconds = lastSeconds;
  for (const at of seconds) {
    if (firstSeconds - at > idleSeconds) break;
    firstSeconds = at;
  }
  return { firstSeconds, lastSeconds };
}
