import { expect, test } from "bun:test";
import { renderHintsText } from "../../../lib/render/hints_text.ts";
import { ansiStyle, plainStyle } from "../../../lib/render/style.ts";

const hint = {
  rule: "recurring_gap",
  finding: `Unaccounted time: ${"between this and that ".repeat(5).trim()}`,
  figures: {},
  advice: `Add an event there, ${"or something longer ".repeat(4).trim()}`,
};

test("renderHintsText() says what was found, then what to do, in 80 columns", () => {
  const text = renderHintsText([hint, { ...hint, finding: "llm is slow" }], plainStyle);
  expect(text).toBe(
    [
      "HINTS:",
      "-".repeat(80),
      "Unaccounted time: between this and that between this and that between this and",
      "  that between this and that between this and that",
      "  → Add an event there, or something longer or something longer or something",
      "    longer or something longer",
      "llm is slow",
      "  → Add an event there, or something longer or something longer or something",
      "    longer or something longer",
      "",
    ].join("\n"),
  );
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBe(80);
  expect(renderHintsText([hint], ansiStyle)).toStartWith("\x1b[1mHINTS:\x1b[22m\n");
});

test("renderHintsText() is nothing without hints", () => {
  expect(renderHintsText([], plainStyle)).toBe("");
});
