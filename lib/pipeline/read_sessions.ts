import { analyzeRequest } from "../request/describe.ts";
import { Selector } from "../request/select.ts";
import type { PlacedRequest, SessionGroups } from "../session/session_groups.ts";
import { readRequests, type Wants } from "./read_requests.ts";
import { type ReaderOptions, type Reading, readingOf } from "./reading.ts";

/** The number of a turn and its verdict rest on the whole log, whatever is selected of it. */
const wantsAll: Wants = () => true;

/**
 * Sorts the requests of any logs into conversations by the plain way: what was selected is kept in
 * `groups`.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function readSessions(
  options: ReaderOptions,
  groups: SessionGroups,
): Promise<Reading> {
  let selected = 0;
  const selector = new Selector<PlacedRequest>(options.selection, (request) => {
    selected++;
    groups.keep(request);
  });
  const log = await readRequests(options, wantsAll, (trace) =>
    selector.add(groups.place(analyzeRequest(trace))),
  );
  selector.end();
  return readingOf({ ...log, folded: groups.folded }, selector, selected);
}
