import type { SessionReport, TurnReport } from "../report/session_report.ts";
import { type CacheJudgement, evaluatedTokens, judgeCache } from "./cache_verdict.ts";
import type { EngineFigures } from "./engine_figures.ts";
import type { SessionContext } from "./session_context.ts";
import { SessionFigures, type SessionFiguresReport } from "./session_figures.ts";
import type { Session } from "./session_groups.ts";
import type { NumberedTurn } from "./turn_rows.ts";

/** Of a conversation of up to so many turns these are described once and kept, of a longer one each time. */
const mostKeptTurns = 256;

/**
 * Describes a conversation. `turns` gives its chosen turns in their order, anew each time: for the figures,
 * unless `engine` knows them, and whenever the report's turns are read, up to 256 of them only once.
 *
 * Memory: the series' samples, at most 80 KB each, whatever the number of turns.
 */
export function describeSession(
  session: Session,
  turns: () => Iterable<NumberedTurn>,
  context: SessionContext,
  engine: EngineFigures | null = null,
): SessionReport {
  const { id, inferred, startSeconds, firstCountsWhole, kept } = session;
  const judge = (turn: NumberedTurn) => judgeCache(turn, firstCountsWhole, context.coldRate);
  const isShort = kept.length <= mostKeptTurns;
  let described: TurnReport[] | null = null;
  return {
    id,
    inferred,
    startSeconds,
    ...(engine?.read(session) ?? gatherFigures()),
    turns: {
      *[Symbol.iterator]() {
        if (isShort) yield* describeAll();
        else for (const turn of turns()) yield describeTurn(turn, judge(turn));
      },
    },
  };

  function gatherFigures(): SessionFiguresReport {
    const figures = new SessionFigures(context.coldRate);
    if (isShort) described = [];
    for (const turn of turns()) {
      const judgement = judge(turn);
      figures.add(turn, judgement);
      described?.push(describeTurn(turn, judgement));
    }
    return figures.read(context.contextTokens);
  }

  function describeAll(): TurnReport[] {
    described ??= Array.from(turns(), (turn) => describeTurn(turn, judge(turn)));
    return described;
  }
}

function describeTurn(turn: NumberedTurn, { verdict, rule, evidence }: CacheJudgement): TurnReport {
  return {
    turn: turn.number,
    id: turn.id,
    startSeconds: turn.startSeconds,
    totalMs: turn.totalSeconds * 1000,
    processingMs: turn.processingSeconds * 1000,
    voiceToVoiceMs: inMilliseconds(turn.voiceToVoiceSeconds),
    llmMs: inMilliseconds(turn.llmSeconds),
    promptTokens: turn.promptTokens,
    evaluatedTokens: evaluatedTokens(turn),
    prefillMs: turn.prefillMs,
    cache: verdict,
    cacheRule: rule,
    cacheEvidence: evidence,
    tailMode: turn.tailMode,
  };
}

function inMilliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}
