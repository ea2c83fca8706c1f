import { expect, test } from "bun:test";
import { spanOrder } from "../../../lib/event/span_catalogue.ts";
import { parseBudget } from "../../../lib/judge/budget_expression.ts";
import { expressionName, normalizeName } from "../../../lib/judge/series_name.ts";
import { hostileNames } from "../../support/check.ts";

test("normalizeName() keeps letters and digits, in lower case, and _ for every run of others", () => {
  expect(normalizeName("hand-off stt→v34")).toBe("hand_off_stt_v34");
  expect(normalizeName("hand-off stt->v34")).toBe("hand_off_stt_v34");
  expect(normalizeName("Memory  Storage")).toBe("memory_storage");
  expect(normalizeName("Größe|日本")).toBe("größe_日本");
  expect(normalizeName("|")).toBe("_");
});

test("expressionName() writes what parseBudget() reads back, whatever the name", () => {
  const names = [...spanOrder, ...hostileNames, "total", "playback", "a.b", "a(b)"];
  for (const name of names) {
    for (const family of ["span", "gap", "step"] as const) {
      const whole = family === "span" ? name : `${name} → ${name}`;
      const { subject } = parseBudget(`${expressionName(family, whole)}.p50<1s`, "--budget");
      expect(subject).toMatchObject({ kind: "series", family, name: normalizeName(whole) });
    }
  }
  expect(names.length).toBeGreaterThan(30);
});

test("expressionName() tells a span from the figure of its name", () => {
  expect(expressionName("figure", "playback")).toBe("playback");
  expect(expressionName("span", "playback")).toBe("span(playback)");
});
