import type { SessionsReport } from "../report/session_report.ts";
import { describeSession } from "./describe_session.ts";
import { PacedCollection } from "./paced_collection.ts";
import type { SessionGroups } from "./session_groups.ts";
import type { NumberedTurn } from "./turn_rows.ts";

/** Each turn is read twice or more, with some garbage each time. */
const turnsPerCollection = 32_768;
/** A conversation leaves as much garbage as so many turns. */
const turnsPerSession = 16;

/**
 * Describes all conversations of a log that has been read to its end, each as it is asked for.
 * `contextTokens` are what the model's context holds.
 */
export function describeSessions(groups: SessionGroups, contextTokens: number): SessionsReport {
  const coldRate = groups.coldRate();
  const sessions = groups.sessions();
  const collection = new PacedCollection(turnsPerCollection);
  return {
    count: sessions.length,
    coldRate,
    sessions: {
      *[Symbol.iterator]() {
        for (const session of sessions) {
          const turns = () => paced(groups.turnsOf(session), collection);
          yield describeSession(session, turns, { coldRate, contextTokens });
          collection.step(turnsPerSession);
        }
      },
    },
  };
}

function* paced(
  turns: Iterable<NumberedTurn>,
  collection: PacedCollection,
): Generator<NumberedTurn> {
  for (const turn of turns) {
    yield turn;
    collection.step();
  }
}
