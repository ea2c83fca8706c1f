import { describe, expect, test } from "bun:test";
import { parseBudget } from "../../../lib/judge/budget_expression.ts";
import { findUnknown, listNames, nameSeries } from "../../../lib/judge/named_series.ts";
import { measuresOf, seriesOf } from "../../support/check.ts";

const one = seriesOf([1]);
const { summary } = measuresOf({
  spans: { llm: one, mine: one },
  gaps: { "a → b": one },
  steps: { "a → b": one, "b → c": one },
});
const all = nameSeries(summary);
const catalogue = { spans: ["llm", "load"], events: ["stt_x", "tts_y"] };

function unknownIn(text: string) {
  const { subject } = parseBudget(text, "--budget");
  return subject.kind === "series" ? findUnknown(subject, all, catalogue) : null;
}

describe("findUnknown()", () => {
  test("knows what the log has, and what every log may have", () => {
    const known =
      "total.p50 voice_to_voice.p50 llm.p50 mine.p50 load.p50 gap(a→b).p50 step(b→c).p50";
    for (const name of known.split(" ")) expect(unknownIn(`${name}<1s`)).toBeNull();
  });

  test("knows a gap between known events, also where there is none", () => {
    for (const name of ["gap(b→c)", "gap(a→c)", "step(stt_x→tts_y)", "gap(stt_x→a)"]) {
      expect(unknownIn(`${name}.p50<1s`)).toBeNull();
    }
  });

  test("tells what there is instead of a name that nothing has", () => {
    expect(unknownIn("lmm.p50<1s")).toEqual({
      written: "lmm",
      known: ["total", "playback", "processing", "voice_to_voice", "llm", "mine", "load"],
    });
    expect(unknownIn("gap(a→d).p50<1s")).toEqual({ written: "gap(a→d)", known: ["gap(a→b)"] });
    expect(unknownIn("span(total).p50<1s")?.written).toBe("total");
  });
});

test("listNames() lists every series, and spans that the log lacks before its gaps", () => {
  const names = listNames(summary, catalogue).map(({ expression, series }) => [
    expression,
    series.n,
  ]);
  expect(names).toEqual([
    ["total", 0],
    ["playback", 0],
    ["processing", 0],
    ["voice_to_voice", 0],
    ["llm", 1],
    ["mine", 1],
    ["load", 0],
    ["gap(a→b)", 1],
    ["step(a→b)", 1],
    ["step(b→c)", 1],
  ]);
});
