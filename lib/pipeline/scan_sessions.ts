import { PairNames } from "../event/pair_names.ts";
import { hasServiceEvent } from "../request/compact_request.ts";
import type { CompactRequest } from "../request/request_table.ts";
import { Choice } from "../request/select.ts";
import { TurnReader, turnCaptures } from "../session/compact_turn.ts";
import { type PlacedTurn, SessionGroups } from "../session/session_groups.ts";
import type { SessionReading } from "./read_sessions.ts";
import { type ReaderOptions, readingOf } from "./reading.ts";
import { scanRequests } from "./scan_requests.ts";

/** A turn that has found its place, and the request that it was read off; both change with the next. */
interface MetTurn extends PlacedTurn {
  readonly request: CompactRequest;
  readonly sessionId: string | null;
}

/**
 * Sorts requests into conversations by the fast way, with the same result as from objects. Null where
 * that way is not open.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanSessions(
  options: ReaderOptions,
  gapSeconds: number | null,
): Promise<SessionReading | null> {
  const groups = new SessionGroups(gapSeconds);
  const names = new PairNames();
  const turns = new TurnReader(names);
  let selected = 0;
  const choice = new Choice<MetTurn>(
    options.selection,
    {
      idOf: ({ turn }) => turn.id,
      startOf: ({ turn }) => turn.startSeconds,
      sessionOf: ({ sessionId }) => sessionId,
      processingOf: ({ turn }) => turn.processingSeconds,
      hasService: ({ request }, service) => hasServiceEvent(request, service, names),
      toKeep: (met) => ({ ...met, turn: { ...met.turn } }),
    },
    (met) => {
      selected++;
      groups.keep(met);
    },
  );
  const wishes = { names, captures: turnCaptures, withSessions: true, wants: () => true };
  const log = await scanRequests(options, wishes, (request) => {
    const turn = turns.read(request);
    const { session: sessionId, events } = request;
    const end = events.timestamps[events.count - 1] ?? Number.NaN;
    const session = groups.placeTurn(turn, sessionId, end);
    choice.add({ turn, session, turnNumber: session.turns, sessionId, request });
  });
  if (log === null) return null;
  choice.end();
  const folded = log.folded + groups.folded;
  return { groups, ...readingOf({ ...log, folded }, choice, selected) };
}
