/** Turns that the engine reads against turns read off objects: not a bit may differ. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Events } from "../../../lib/event/names.ts";
import { PairNames } from "../../../lib/event/pair_names.ts";
import { LineScanner } from "../../../lib/event/scanner/line_scanner.ts";
import type { JsonValue, TimingEvent } from "../../../lib/event/timing_event.ts";
import { RequestAssembler } from "../../../lib/request/assemble.ts";
import { Collector } from "../../../lib/request/collect.ts";
import { CompactSummary } from "../../../lib/request/compact_summary.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { HintEvidenceBuilder } from "../../../lib/request/hint_evidence.ts";
import { RequestTable } from "../../../lib/request/request_table.ts";
import { RequestSummary } from "../../../lib/request/summarize.ts";
import { EngineTurns } from "../../../lib/session/engine_turns.ts";
import { SessionGroups } from "../../../lib/session/session_groups.ts";
import type { Turn } from "../../../lib/session/turn.ts";
import { turnCaptures } from "../../../lib/session/turn_captures.ts";
import { type TurnShape, turnEvents } from "../../support/conversation.ts";
import { seededRandom } from "../../support/events.ts";
import { wildTurns } from "../../support/wild_turns.ts";

setDefaultTimeout(60_000);

interface MetTurn {
  readonly turn: Turn;
  readonly session: string | null;
}

const idleSeconds = 600;

/** All turns of all conversations, in the order of their starts. */
function turnsIn(groups: SessionGroups): MetTurn[] {
  const met = groups.sessions().flatMap((session) =>
    Array.from(groups.turnsOf(session), (turn) => ({
      turn: { ...turn, id: turn.id },
      session: session.inferred ? null : session.id,
    })),
  );
  return met.sort((a, b) => a.turn.startSeconds - b.turn.startSeconds);
}

function byObjects(stream: readonly TimingEvent[]): MetTurn[] {
  const groups = new SessionGroups(null);
  const assembler = new RequestAssembler(idleSeconds, (trace) => {
    groups.keep(groups.place(analyzeRequest(trace)));
  });
  for (const event of stream) assembler.add(event);
  assembler.end();
  return turnsIn(groups);
}

function byNumbers(stream: readonly TimingEvent[]): MetTurn[] {
  const names = new PairNames();
  const scanner = new LineScanner(1024, 1024);
  const { engine } = scanner;
  const { width, kvCacheAt } = turnCaptures;
  const table = new RequestTable(scanner, idleSeconds, {
    captureWidth: width,
    kvCacheAt,
    sessions: true,
  });
  const compact = new CompactSummary(
    new RequestSummary(),
    new HintEvidenceBuilder(),
    names,
    engine,
  );
  const turns = new EngineTurns(engine, null, false);
  const collector = new Collector(table, names, scanner, turnCaptures);
  for (const event of stream) collector.takeEvent(event);
  table.end();
  compact.end();
  turns.end();
  return turnsIn(turns.groups);
}

/** Both ways over a stream; they must agree to the last bit. */
function agree(stream: readonly TimingEvent[]): MetTurn[] {
  const [found, wanted] = [byNumbers(stream), byObjects(stream)];
  if (!Bun.deepEquals(found, wanted, true)) expect(found).toEqual(wanted);
  return found;
}

/** The only turn of these events, both ways. */
function turnFrom(events: readonly TimingEvent[]): Turn {
  const [met, ...others] = agree(events);
  if (met === undefined || others.length > 0) throw new Error("not one turn");
  return met.turn;
}

describe("EngineTurns and turnOf() agree", () => {
  test("on requests unlike any sane one", () => {
    const met = { turns: 0, sessions: 0, told: new Map<string, number>() };
    for (let seed = 1; seed <= 300; seed++) {
      for (const { turn, session } of agree(wildTurns(seed, 1 + (seed % 12)))) {
        met.turns++;
        if (session !== null) met.sessions++;
        for (const [field, value] of Object.entries(turn)) {
          const key = typeof value === "boolean" ? `${field} ${value}` : field;
          if (value !== null) met.told.set(key, (met.told.get(key) ?? 0) + 1);
        }
      }
    }
    expect(met.turns).toBeGreaterThan(1_500);
    expect(met.sessions).toBeGreaterThan(500);
    const fields = [
      ...["id", "startSeconds", "totalSeconds", "processingSeconds", "voiceToVoiceSeconds"],
      ...["llmSeconds", "promptTokens", "promptEvalCount", "cachedCount", "prefillMs"],
      ...["tailMode true", "tailMode false", "hasKvCache true", "hasKvCache false", "number"],
    ];
    expect([...met.told.keys()].sort()).toEqual(fields.sort());
    expect(Math.min(...met.told.values())).toBeGreaterThan(100);
  });

  test("on every kind of value under every key", () => {
    const values: readonly JsonValue[] = [
      ...[0, -0, 1, -1, 0.1, 1e300, "1", "true", "", null, true, false, [true], { a: 1 }],
    ];
    const keys = ["estimate", "count", "cached", "prefillMs", "hasKvCache", "tailMode"] as const;
    let cases = 0;
    for (const key of keys) {
      for (const value of values) {
        const shape: TurnShape = { id: "r", at: 0, [key]: value };
        turnFrom(turnEvents(shape));
        cases++;
      }
    }
    expect(cases).toBe(6 * 14);
  });
});

describe("EngineTurns", () => {
  test("takes all counters from the first call that has any", () => {
    const shapes = [
      { count: -1, cached: "5", prefillMs: null },
      { cached: 0 },
      { count: 7, cached: 8, prefillMs: 9 },
    ];
    const events = shapes.flatMap((shape, index) =>
      turnEvents({ id: "r", at: index * 10, ...shape }),
    );
    const turn = turnFrom(events);
    expect([turn.promptEvalCount, turn.cachedCount, turn.prefillMs]).toEqual([null, 0, null]);
    expect(turn.llmSeconds).toBeCloseTo(3, 5);
  });

  test("takes the first estimate and the first answers, each from wherever it stands first", () => {
    const shapes = [
      { estimate: "600", tailMode: 1, hasKvCache: "no" },
      { estimate: 700, hasKvCache: false },
      { estimate: 800, tailMode: true, hasKvCache: true },
    ];
    const events = shapes.flatMap((shape, index) =>
      turnEvents({ id: "r", at: index * 10, ...shape }),
    );
    const turn = turnFrom(events);
    expect([turn.promptTokens, turn.tailMode, turn.hasKvCache]).toEqual([700, true, false]);
  });

  test("takes has_kv_cache from any event, in the order of time", () => {
    const [first, ...rest] = turnEvents({ id: "r", at: 0, hasKvCache: true });
    if (first === undefined) throw new Error("no event");
    const late = { ...first, name: "late", metadata: { has_kv_cache: false } };
    expect(turnFrom([...rest, first, late]).hasKvCache).toBe(false);
    const later = { ...late, timestampSeconds: first.timestampSeconds + 1 };
    expect(turnFrom([later, ...rest, first]).hasKvCache).toBe(true);
  });

  test("sums calls to the last bit, whatever their order in the catalogue", () => {
    const random = seededRandom(5);
    const names = ["llm_start", "llm_complete", Events.V34_OLLAMA_SENT, Events.V34_OLLAMA_RECEIVED];
    const [event] = turnEvents({ id: "r", at: 0 });
    if (event === undefined) throw new Error("no event");
    let differing = 0;
    for (let index = 0; index < 200; index++) {
      // In the first seconds of 1970 instants are so fine that the order of a sum shows.
      let at = 0;
      const events = names.map((name) => {
        at += Math.round(random() * 1e6) / 1e6;
        return { ...event, name, timestampSeconds: at };
      });
      const { llmSeconds } = turnFrom(events);
      const [a, b, c, d] = events.map(({ timestampSeconds }) => timestampSeconds) as [
        number,
        number,
        number,
        number,
      ];
      if (d - c + b - a !== llmSeconds) differing++;
    }
    expect(differing).toBeGreaterThan(20);
  });

  test("sums calls that overlap, in the order of their starts", () => {
    const names = ["llm_start", Events.V34_OLLAMA_SENT, "llm_complete", Events.V34_OLLAMA_RECEIVED];
    const [event] = turnEvents({ id: "r", at: 0 });
    if (event === undefined) throw new Error("no event");
    const events = names.map((name, index) => ({
      ...event,
      name,
      timestampSeconds: event.timestampSeconds + index * 0.1,
    }));
    expect(turnFrom(events).llmSeconds).toBeCloseTo(0.4, 6);
  });
});
