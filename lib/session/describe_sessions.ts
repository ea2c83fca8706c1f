import type { SessionsReport } from "../report/session_report.ts";
import { describeSession } from "./describe_session.ts";
import { EngineFigures } from "./engine_figures.ts";
import { EngineRows } from "./engine_rows.ts";
import type { Session, SessionGroups } from "./session_groups.ts";

/**
 * Describes all conversations of a log that has been read to its end, each as it is asked for.
 * `contextTokens` are what the model's context holds.
 */
export function describeSessions(groups: SessionGroups, contextTokens: number): SessionsReport {
  const coldRate = groups.coldRate();
  const context = { coldRate, contextTokens };
  const sessions = groups.sessions();
  const { engine } = groups;
  const figures = engine === null ? null : new EngineFigures(engine, context);
  const describe = (session: Session) =>
    describeSession(session, () => groups.turnsOf(session), context, figures);
  return {
    count: sessions.length,
    coldRate,
    openRows:
      engine === null || figures === null
        ? null
        : (take) => new EngineRows(engine, figures, { sessions, describe, coldRate }, take),
    sessions: {
      *[Symbol.iterator]() {
        for (const session of sessions) yield describe(session);
      },
    },
  };
}
