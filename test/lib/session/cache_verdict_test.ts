import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { analyzeSessions } from "../../../lib/pipeline.ts";
import {
  type CacheRule,
  type CacheVerdict,
  coldSample,
  countsWhole,
  evaluatedTokens,
  type JudgedTurn,
  judgeCache,
} from "../../../lib/session/cache_verdict.ts";
import type { Turn } from "../../../lib/session/turn.ts";
import { fixtures, temporaryFolder } from "../../support/binary.ts";

/** Estimate, count, cached, prefill: null is absent. */
type Counters = readonly (number | null)[];

function countersOf([promptTokens, promptEvalCount, cachedCount, prefillMs]: Counters): JudgedTurn {
  return {
    llmSeconds: 1,
    hasKvCache: null,
    promptTokens: promptTokens ?? null,
    promptEvalCount: promptEvalCount ?? null,
    cachedCount: cachedCount ?? null,
    prefillMs: prefillMs ?? null,
  };
}

interface Case {
  readonly why: string;
  readonly counters: Counters;
  readonly firstCountsWhole?: boolean;
  readonly turn?: Partial<JudgedTurn>;
  readonly coldRate?: number | null;
  readonly verdict: CacheVerdict;
  readonly rule: CacheRule | null;
  readonly evidence?: readonly [value: number, of: number];
}

const cases: readonly Case[] = [
  // Rule 1: the server says how many tokens were cached.
  {
    why: "90 % cached",
    counters: [100, 100, 90, 5],
    verdict: "hit",
    rule: "cached count",
    evidence: [90, 100],
  },
  {
    why: "under 90 % cached",
    counters: [1000, 1000, 899, 5],
    verdict: "partial",
    rule: "cached count",
  },
  { why: "10 % cached", counters: [1000, 1000, 100, 5], verdict: "partial", rule: "cached count" },
  {
    why: "under 10 % cached",
    counters: [1000, 1000, 99, 5],
    verdict: "miss",
    rule: "cached count",
  },
  {
    why: "the estimate above the count is the whole",
    counters: [1000, 40, 890, 5],
    verdict: "partial",
    rule: "cached count",
    evidence: [890, 1000],
  },
  {
    why: "the count above the estimate is the whole",
    counters: [900, 1000, 890, 5],
    verdict: "partial",
    rule: "cached count",
    evidence: [890, 1000],
  },
  { why: "cached without any size", counters: [null, null, 90, 5], verdict: "unknown", rule: null },
  {
    why: "a cached count beats a slow prefill",
    counters: [100, 100, 95, 45],
    verdict: "hit",
    rule: "cached count",
  },
  {
    why: "a cached count of 0 says nothing, the prefill does",
    counters: [100, 100, 0, 5],
    verdict: "hit",
    rule: "prefill rate",
  },
  {
    why: "a cached count of 0 alone",
    counters: [100, 100, 0, null],
    verdict: "unknown",
    rule: null,
  },
  // Rule 2: the counter shows only new tokens.
  {
    why: "10 % evaluated",
    counters: [1000, 100, null, 450],
    firstCountsWhole: true,
    verdict: "hit",
    rule: "new tokens",
    evidence: [100, 1000],
  },
  {
    why: "over 10 % evaluated",
    counters: [1000, 101, null, 5],
    firstCountsWhole: true,
    verdict: "partial",
    rule: "new tokens",
  },
  {
    why: "half evaluated",
    counters: [1000, 500, null, 5],
    firstCountsWhole: true,
    verdict: "partial",
    rule: "new tokens",
  },
  {
    why: "over half evaluated: the rate decides",
    counters: [1000, 501, null, 450],
    firstCountsWhole: true,
    verdict: "miss",
    rule: "prefill rate",
  },
  {
    why: "the first turn was warm: the rate decides",
    counters: [1000, 100, null, 450],
    verdict: "miss",
    rule: "prefill rate",
  },
  {
    why: "a count of 0 says nothing",
    counters: [1000, 0, null, 5],
    firstCountsWhole: true,
    verdict: "hit",
    rule: "prefill rate",
  },
  {
    why: "no estimate",
    counters: [null, 100, null, null],
    firstCountsWhole: true,
    verdict: "unknown",
    rule: null,
  },
  // Rule 3: the prefill's rate against the cold rate of 0.45.
  {
    why: "25 % of the cold rate",
    counters: [100, 100, null, 11.25],
    verdict: "hit",
    rule: "prefill rate",
    evidence: [0.1125, 0.45],
  },
  {
    why: "over 25 % of the cold rate",
    counters: [100, 100, null, 11.26],
    verdict: "partial",
    rule: "prefill rate",
  },
  {
    why: "75 % of the cold rate",
    counters: [100, 100, null, 33.75],
    verdict: "partial",
    rule: "prefill rate",
  },
  {
    why: "over 75 % of the cold rate",
    counters: [100, 100, null, 33.76],
    verdict: "miss",
    rule: "prefill rate",
  },
  {
    why: "without estimate per counted token",
    counters: [null, 200, null, 90],
    verdict: "miss",
    rule: "prefill rate",
    evidence: [0.45, 0.45],
  },
  {
    why: "an estimate of 0 is none",
    counters: [0, 200, null, 90],
    verdict: "miss",
    rule: "prefill rate",
  },
  {
    why: "a slow prefill after a cached context",
    counters: [100, 100, null, 45],
    turn: { hasKvCache: true },
    verdict: "miss",
    rule: "prefill rate",
  },
  // Rule 4: nothing can tell.
  {
    why: "no cold rate",
    counters: [100, 100, null, 45],
    coldRate: null,
    verdict: "unknown",
    rule: null,
  },
  { why: "no prefill", counters: [100, 100, null, null], verdict: "unknown", rule: null },
  { why: "a prefill of 0", counters: [100, 100, null, 0], verdict: "unknown", rule: null },
  {
    why: "slow per counted token, but handed a cached context",
    counters: [null, 35, null, 15.75],
    turn: { hasKvCache: true },
    verdict: "unknown",
    rule: null,
  },
  {
    why: "slow per counted token, but its beginning is missing",
    counters: [null, 35, null, 15.75],
    turn: { llmSeconds: null },
    verdict: "unknown",
    rule: null,
  },
  { why: "nothing at all", counters: [], verdict: "unknown", rule: null },
];

describe("judgeCache()", () => {
  test.each(cases.map((one) => [one.why, one] as const))("%s", (_, one) => {
    const coldRate = one.coldRate === undefined ? 0.45 : one.coldRate;
    const turn = { ...countersOf(one.counters), ...one.turn };
    const found = judgeCache(turn, one.firstCountsWhole ?? false, coldRate);
    expect({ verdict: found.verdict, rule: found.rule }).toEqual({
      verdict: one.verdict,
      rule: one.rule,
    });
    expect(found.evidence === null).toBe(one.rule === null);
    if (one.evidence === undefined) return;
    expect(found.evidence?.value).toBeCloseTo(one.evidence[0], 9);
    expect(found.evidence?.of).toBeCloseTo(one.evidence[1], 9);
  });

  test("was asked about every rule", () => {
    const asked = ["cached count", "new tokens", "prefill rate", null].map(
      (rule) => cases.filter((one) => one.rule === rule).length,
    );
    expect(asked).toEqual([7, 3, 11, 9]);
  });
});

test("evaluatedTokens() takes cached tokens off a count that contains them, and only off such a one", () => {
  expect(evaluatedTokens(countersOf([700, 651, 595]))).toBe(56);
  expect(evaluatedTokens(countersOf([700, 651]))).toBe(651);
  expect(evaluatedTokens(countersOf([700, 40, 595]))).toBe(40);
  expect(evaluatedTokens(countersOf([700, null, 595]))).toBeNull();
});

test("countsWhole() asks for 60 % of the estimate to have been evaluated", () => {
  expect(countsWhole(countersOf([1000, 600]))).toBe(true);
  expect(countsWhole(countersOf([1000, 599]))).toBe(false);
  expect(countsWhole(countersOf([1000, 1000, 401]))).toBe(false);
  expect(countsWhole(countersOf([null, 1000]))).toBe(false);
  expect(countsWhole(countersOf([1000]))).toBe(false);
});

describe("coldSample()", () => {
  const cold: Turn = {
    id: "a",
    startSeconds: 0,
    totalSeconds: 3,
    processingSeconds: 3,
    voiceToVoiceSeconds: 1,
    llmSeconds: 1,
    promptTokens: 600,
    promptEvalCount: 600,
    cachedCount: null,
    prefillMs: 270,
    tailMode: false,
    hasKvCache: false,
  };

  test("is the rate of a first turn that nothing shows to be warm", () => {
    expect(coldSample(cold)).toBeCloseTo(0.45, 12);
    expect(coldSample({ ...cold, hasKvCache: null, cachedCount: 0 })).toBeCloseTo(0.45, 12);
    expect(coldSample({ ...cold, cachedCount: 59 })).toBeCloseTo(0.45, 12);
  });

  test("is null for a turn that is warm by its own evidence, or whose beginning is missing", () => {
    expect(coldSample({ ...cold, hasKvCache: true })).toBeNull();
    expect(coldSample({ ...cold, cachedCount: 60 })).toBeNull();
    expect(coldSample({ ...cold, promptEvalCount: 300 })).toBeNull();
    expect(coldSample({ ...cold, promptTokens: null, llmSeconds: null })).toBeNull();
    expect(coldSample({ ...cold, prefillMs: null })).toBeNull();
  });
});

describe("a log cut off at its beginning", () => {
  test("never makes a miss of a turn that was served by the cache", async () => {
    using folder = temporaryFolder();
    const lines = readFileSync(join(fixtures, "kv-cache.log"), "utf8").split("\n").slice(0, -1);
    const whole = await verdicts(folder.path, lines);
    const served = [...whole].filter(([, verdict]) => verdict === "hit" || verdict === "partial");
    expect(served).toHaveLength(41);
    let compared = 0;
    // 7 divides no turn's number of lines, so the cuts fall everywhere within turns.
    for (let from = 0; from < lines.length; from += 7) {
      const cut = await verdicts(folder.path, lines.slice(from));
      for (const [id] of served) {
        if (!cut.has(id)) continue;
        expect([from, id, cut.get(id)]).not.toEqual([from, id, "miss"]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(3000);
  });

  test("has verdicts again from the next conversation on, and unknown ones if there is none", async () => {
    using folder = temporaryFolder();
    const lines = readFileSync(join(fixtures, "kv-cache.log"), "utf8").split("\n").slice(0, -1);
    const isOf = (start: number) => (line: string) => line.includes(`"timestamp": ${start}`);
    const second = lines.findIndex((line) => line.includes("35c3ae7f"));
    const secondTurn = lines.findIndex((line) => line.includes("d19dc3d2"));
    expect(isOf(1764426618)(lines[secondTurn] ?? "")).toBe(true);
    const alone = await verdicts(folder.path, lines.slice(secondTurn, second));
    expect([...new Set(alone.values())]).toEqual(["unknown"]);
    expect(alone.size).toBe(19);
    const withNext = await verdicts(folder.path, lines.slice(secondTurn));
    expect([...withNext.values()].slice(0, 19)).toEqual(Array(19).fill("hit"));
  });
});

/** Verdicts by request id. */
async function verdicts(folder: string, lines: readonly string[]): Promise<Map<string, string>> {
  const path = join(folder, "latency.log");
  writeFileSync(path, `${lines.join("\n")}\n`);
  const { report } = await analyzeSessions(
    { names: [path], idleSeconds: 600, maxLineBytes: 1024 * 1024, selection: {} },
    { gapSeconds: null, contextTokens: 8000 },
  );
  return new Map(
    [...report.sessions].flatMap((session) =>
      [...session.turns].map((turn) => [turn.id, turn.cache] as const),
    ),
  );
}
