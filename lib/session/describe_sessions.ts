import type { SessionsReport } from "../report/session_report.ts";
import { describeSession } from "./describe_session.ts";
import type { SessionGroups } from "./session_groups.ts";

/**
 * Describes all conversations of a log that has been read to its end, each as it is asked for.
 * `contextTokens` are what the model's context holds.
 */
export function describeSessions(groups: SessionGroups, contextTokens: number): SessionsReport {
  const coldRate = groups.coldRate();
  const context = { coldRate, contextTokens };
  const sessions = groups.sessions();
  return {
    count: sessions.length,
    coldRate,
    sessions: {
      *[Symbol.iterator]() {
        for (const session of sessions) {
          yield describeSession(session, () => groups.turnsOf(session), context);
        }
      },
    },
  };
}
