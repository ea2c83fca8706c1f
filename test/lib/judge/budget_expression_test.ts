import { describe, expect, test } from "bun:test";
import { UsageError } from "../../../lib/error.ts";
import { isWithin, parseBudget } from "../../../lib/judge/budget_expression.ts";

function outline(text: string): string {
  const { subject, relation, limit, unit } = parseBudget(text, "--budget");
  const what =
    subject.kind === "series"
      ? `${subject.family} ${subject.name} ${subject.statistic}`
      : subject.kind === "cache"
        ? `cache ${subject.verdict}`
        : subject.kind;
  return `${what} ${relation} ${limit} ${unit}`;
}

const good: readonly (readonly [written: string, meaning: string])[] = [
  ["voice_to_voice.p95<3s", "figure voice_to_voice p95 < 3000 ms"],
  ["Voice-to-Voice.P95 <= 3s", "figure voice_to_voice p95 <= 3000 ms"],
  ["  llm.p50 < 1.5s  ", "span llm p50 < 1500 ms"],
  ["hand-off stt→v34.max<2s", "span hand_off_stt_v34 max < 2000 ms"],
  ["hand-off stt->v34.max<2s", "span hand_off_stt_v34 max < 2000 ms"],
  ["hand_off_stt_v34.max<2s", "span hand_off_stt_v34 max < 2000 ms"],
  ["gap(a→b).p90<100ms", "gap a_b p90 < 100 ms"],
  ["gap( a -> b ).p90<100ms", "gap a_b p90 < 100 ms"],
  ["step(a→b).mean>=1ms", "step a_b mean >= 1 ms"],
  ["span(total).min>1ms", "span total min > 1 ms"],
  ["my.own.stage.p50<1s", "span my_own_stage p50 < 1000 ms"],
  ["llm.share<30%", "span llm share < 0.3 fraction"],
  ["llm.n>=20", "span llm n >= 20 count"],
  ["problems<1%", "problems < 0.01 fraction"],
  ["problems <= 10", "problems <= 10 count"],
  ["cache.hit>80%", "cache hit > 0.8 fraction"],
  ["cache.unknown<5%", "cache unknown < 0.05 fraction"],
  ["cache.p50<1s", "span cache p50 < 1000 ms"],
  ["problems.p50<1s", "span problems p50 < 1000 ms"],
];

describe("parseBudget()", () => {
  test.each(good)("reads %s", (written, meaning) => {
    expect(outline(written)).toBe(meaning);
  });

  const form = "write a name, a relation and a limit, as in voice_to_voice.p95<3s";
  const statistic =
    "name a statistic behind a dot, one of n mean min p50 p90 p95 p99 max share, as in voice_to_voice.p95<3s";
  const duration = "its limit is a duration such as 250ms or 1.5s";
  const bad: readonly (readonly [written: string, reason: string])[] = [
    ["", form],
    ["llm", form],
    ["llm.p50=1s", form],
    ["llm.p50<>1s", form],
    ["a->b", form],
    ["llm<1s", statistic],
    ["<1s", statistic],
    [".p50<1s", statistic],
    ["gap(a→b)<1s", statistic],
    ["llm.p50<", duration],
    ["llm.p50<3", duration],
    ["llm.p50<3%", duration],
    ["llm.p50<-3s", duration],
    ["llm.n<3s", "its limit is a number such as 20"],
    ["llm.share<3", "its limit is a part such as 5%"],
    ["problems<1s", "its limit is a part such as 5% or a number such as 20"],
    ["cache.hit>8", "its limit is a part such as 5%"],
    ["llm.p55<1s", 'there is no "p55"; it is one of n mean min p50 p90 p95 p99 max share'],
    ["cache.hits>8%", 'there is no "hits"; it is one of hit partial miss unknown'],
    ["gap(a).p50<1s", "name the two events of a gap, as in gap(A→B).p90<100ms"],
    ["step(→b).p50<1s", "name the two events of a step, as in step(A→B).p90<100ms"],
    ["hop(a→b).p50<1s", 'there is no "hop(…)"; write span(NAME), gap(A→B) or step(A→B)'],
    ["total.share<5%", "only spans and gaps have a share, of voice-to-voice"],
    ["step(a→b).share<5%", "only spans and gaps have a share, of voice-to-voice"],
  ];

  test.each(bad)("refuses %p", (written, reason) => {
    const message = `Cannot use ${JSON.stringify(written)} for --budget: ${reason}`;
    expect(() => parseBudget(written, "--budget")).toThrow(new UsageError(message));
  });

  test("is linear in what it reads", () => {
    expect(() => parseBudget(`${" ".repeat(20_000)}x${"-".repeat(20_000)}`, "--budget")).toThrow();
  });
});

test("isWithin() keeps to the relation at the limit itself", () => {
  const within = (["<", "<=", ">", ">="] as const).map((relation) =>
    [1, 2, 3].map((value) => isWithin({ relation, limit: 2 }, value)),
  );
  expect(within).toEqual([
    [true, false, false],
    [true, true, false],
    [false, false, true],
    [false, true, true],
  ]);
});
