/** Each rule with a log on which it fires, and near misses on which it must not; by both ways. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { hintRules } from "../../../lib/hints/find_hints.ts";
import type { ReaderOptions } from "../../../lib/pipeline/reading.ts";
import { analyzeLog, analyzeSessions } from "../../../lib/pipeline.ts";
import type { HintReport } from "../../../lib/report/hint_report.ts";
import { fixtures, temporaryFolder } from "../../support/binary.ts";
import { type TurnParts, turnsOf, writeEvents } from "../../support/turn_log.ts";

setDefaultTimeout(30_000);

type Change = (parts: TurnParts, index: number) => void;

/** The hints of a log: from bytes, from objects, and from its conversations; they must agree. */
async function hintsOf(path: string, more: Partial<ReaderOptions> = {}): Promise<HintReport[]> {
  const options = { names: [path], idleSeconds: 600, maxLineBytes: 1_000_000, selection: {} };
  const { hints } = await analyzeLog({ ...options, ...more }, null);
  const plain = await analyzeLog({ ...options, ...more }, () => {});
  const sessions = { gapSeconds: null, contextTokens: 8_000 };
  const ofSessions = await analyzeSessions({ ...options, ...more }, sessions);
  expect(plain.hints).toEqual(hints);
  expect(ofSessions.hints).toEqual(hints);
  return [...hints];
}

const cases: readonly [what: string, turns: number, change: Change, rules: readonly string[]][] = [
  ["nothing", 48, () => {}, []],
  ["a slow llm", 48, (turn) => (turn.llm += 2_500), ["slow_stage"]],
  ["an llm just below its limit", 48, (turn) => (turn.llm += 1_400), []],
  ["a slow llm once", 1, (turn) => (turn.llm = 3_100), ["slow_stage"]],
  ["slow turns, but few", 48, (turn, index) => (turn.llm += index < 20 ? 5_000 : 0), []],
  ["a gap in most", 48, (turn, index) => (turn.gap = index % 8 ? 414 : 0), ["recurring_gap"]],
  ["a gap in one of five", 50, (turn, index) => (turn.gap = index % 5 ? 0 : 414), []],
  ["a gap once", 1, (turn) => (turn.gap = 414), []],
  ["a hop of 2 s", 12, (turn) => (turn.hop += 2_050), ["new_connection"]],
  ["a hop of 2.5 s", 12, (turn) => (turn.hop *= 130), []],
  ["a hop of 2 s once", 1, (turn) => (turn.hop += 2_050), []],
  ["effects before causes", 12, (turn) => (turn.hop = -30), ["clock_conflict"]],
  ["effects before causes once", 1, (turn) => (turn.hop = -30), []],
  ["a sleep", 10, (turn, i) => (turn.micPause = 200 + (i % 3)), ["fixed_wait"]],
  ["a sleep seen nine times", 9, (turn, i) => (turn.micPause = 200 + (i % 3)), []],
  ["a sleep of varying length", 10, (turn, i) => (turn.micPause = 200 + (i % 5) * 20), []],
  ["a floor", 20, (turn, i) => (turn.micPause = 200 + i), ["fixed_wait"]],
  ["prefill by size", 10, (turn) => (turn.prefill = turn.promptTokens / 20), ["growing_prefill"]],
  ["prefill by size of nine", 9, (turn) => (turn.prefill = turn.promptTokens / 20), []],
  ["prefill shrinking", 48, (turn) => (turn.prefill = 400 - turn.promptTokens / 20), []],
  ["a loaded model", 12, (turn, i) => (turn.load = i === 0 ? 4_000 : 20), ["model_unloaded"]],
  ["a load in mid-conversation", 12, (turn, i) => (turn.load = i === 5 ? 4_000 : 20), []],
  [
    "a load after five minutes",
    12,
    (turn, i) => {
      if (i !== 5) return;
      turn.load = 4_000;
      turn.sinceLast = 310_000;
    },
    ["model_unloaded"],
  ],
  ["a quick load", 12, (turn, i) => (turn.load = i === 0 ? 900 : 20), []],
  ["a load in the only turn", 1, (turn) => (turn.load = 1_400), []],
  // What is longer than the setting is time that nobody accounts for, too.
  [
    "a pause that is longer",
    3,
    (turn) => (turn.silence = 1_280),
    ["recurring_gap", "configured_wait"],
  ],
  ["a pause told longer", 3, (turn) => (turn.endpoint = 1_280), ["configured_wait"]],
  ["a pause as it is set", 12, (turn) => (turn.silence = 580), []],
  ["a pause once", 1, (turn) => (turn.silence = 1_280), []],
];

describe("findHints()", () => {
  test.each(cases)("in a log with %s", async (_, turns, change, rules) => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    writeEvents(path, turnsOf(turns, change));
    const hints = await hintsOf(path);
    expect(hints.map(({ rule }) => rule)).toEqual([...rules]);
  });

  test("has a log for each rule, and near misses", () => {
    const found = new Set(cases.flatMap(([, , , rules]) => rules));
    expect(found.size).toBe(hintRules.length);
    expect(hintRules.length).toBe(8);
    const misses = cases.filter(([, , , rules]) => rules.length === 0);
    expect([cases.length, misses.length]).toEqual([29, 17]);
    const singles = cases.filter(([, turns]) => turns === 1);
    expect(singles.flatMap(([, , , rules]) => rules)).toEqual(["slow_stage"]);
    expect(singles.length).toBe(6);
  });

  test("knows files by the names of rules", async () => {
    const others = ["find_hints.ts", "hint_rule.ts", "limits.ts"];
    const files = readdirSync(join(import.meta.dir, "../../../lib/hints"));
    const rules = new Set(cases.flatMap(([, , , names]) => names));
    expect(files.filter((name) => !others.includes(name)).sort()).toEqual(
      [...rules].map((rule) => `${rule}.ts`).sort(),
    );
  });

  test("goes by the turns that were chosen, but a first turn by the whole log", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const events = turnsOf(12, (turn, i) => {
      if (i === 5) turn.load = 4_000;
      if (i > 8) turn.classification = 300;
    });
    writeEvents(path, events);
    expect(await hintsOf(path)).toEqual([]);
    expect((await hintsOf(path, { selection: { tail: 3 } })).map(({ rule }) => rule)).toEqual([
      "slow_stage",
    ]);
    const slowest = await hintsOf(path, { selection: { slowest: 2 } });
    expect(slowest.map(({ rule }) => rule)).not.toContain("model_unloaded");
  });

  test("has other limits, or none at all", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    writeEvents(
      path,
      turnsOf(12, (turn) => (turn.gap = 414)),
    );
    const found = await hintsOf(path, { hintLimits: new Map([["llm", 100]]) });
    expect(found.map(({ rule }) => rule)).toEqual(["slow_stage", "recurring_gap"]);
    expect(await hintsOf(path, { hintLimits: null })).toEqual([]);
  });
});

describe("the sample", () => {
  const samples: readonly [name: string, findings: readonly string[]][] = [
    [
      "before",
      [
        "synthesis is slow: n 48, median 623ms, limit 500ms",
        "hand-off stt→v34 takes about 2s: n 48, median 2.07s",
        "mic pause always takes about 206ms: n 48, MAD 0.5% of the median, limit 2%",
        "prefill grows with the prompt: n 48, r 1.00, limit 0.7, +450ms per 1000 tokens",
      ],
    ],
    [
      "after",
      [
        "synthesis is slow: n 40, median 643ms, limit 500ms",
        "mic pause always takes about 206ms: n 40, MAD 0.5% of the median, limit 2%",
        "prefill grows with the prompt: n 40, r 1.00, limit 0.7, +450ms per 1000 tokens",
      ],
    ],
    [
      "kv-cache",
      [
        "synthesis is slow: n 44, median 659ms, limit 500ms",
        "mic pause always takes about 206ms: n 44, MAD 0.6% of the median, limit 2%",
      ],
    ],
    ["readme-sample", ["llm is slow: n 1, median 4.32s, limit 3s"]],
  ];

  test.each(samples)("%s.log is told what it shows", async (name, findings) => {
    const hints = await hintsOf(join(fixtures, `${name}.log`));
    expect(hints.map(({ finding }) => finding)).toEqual([...findings]);
  });

  test("that lacks events in 414 ms is told where, and how often", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    writeEvents(
      path,
      turnsOf(48, (turn, index) => (turn.gap = index < 41 ? 414 : 0)),
    );
    const hints = await hintsOf(path);
    expect(hints.map(({ finding }) => finding)).toEqual([
      "Unaccounted time: 41 of 48 requests, median 414ms, between v34_classification_complete and v34_retrieval_start",
    ]);
    expect(samples.length).toBe(4);
  });
});
