/** What the host may see of requests that are held: open ones, and closed ones that wait. */
import { readEvents } from "./event_store.ts";
import { idlest, openCount } from "./open_requests.ts";
import { idStart, Request } from "./request.ts";
import { waitingAt, waitingCount } from "./waiting_requests.ts";

/** Which event of the log began the request that is shown. */
export let shownPlace: f64 = 0;
/** When it began. */
export let shownFirst: f64 = 0;
/** When its last event was. */
export let shownLast: f64 = 0;
/** When its session was told; 0 if it has none. */
export let shownSessionSeconds: f64 = 0;

/** Shows a request to the host: the number of its events, its id, its session's JSON text. */
@external("host", "showRequest") declare function showRequest(
  isOpen: bool, events: i32, id: usize, idLength: i32, isWide: i32, session: usize, sessionLength: i32,
): void;

/** Shows every open request, the one idle longest first, and then all that wait, the oldest first. */
export function showHeld(): void {
  let request = idlest();
  for (let left = openCount; left > 0; left--) {
    show(request, true);
    request = request.later;
  }
  for (let index = 0; index < waitingCount; index++) show(waitingAt(index), false);
}

function show(request: Request, isOpen: bool): void {
  shownPlace = request.place;
  shownFirst = request.firstSeconds;
  shownLast = request.lastSeconds;
  shownSessionSeconds = request.session == 0 ? 0 : request.sessionSeconds;
  showRequest(
    isOpen, readEvents(request), idStart(request), request.idLength, request.isWide, request.session,
    request.sessionLength,
  );
}
