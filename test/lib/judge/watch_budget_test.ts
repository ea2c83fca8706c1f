import { expect, test } from "bun:test";
import { parseBudget } from "../../../lib/judge/budget_expression.ts";
import { watchBudget } from "../../../lib/judge/watch_budget.ts";

test("watchBudget() watches for durations that an upper limit does not allow", () => {
  const watch = watchBudget(parseBudget("hand_off_stt_v34.p95<=2s", "--budget"));
  expect(watch.family).toBe("span");
  // Twice: the second answer comes from memory.
  for (const name of ["hand-off stt→v34", "llm", "hand-off stt→v34", "llm"]) {
    expect(watch.matches(name)).toBe(name !== "llm");
  }
  expect([1999, 2000, 2001].map(watch.isOver)).toEqual([false, false, true]);
});

test("watchBudget() watches for nothing where nobody can have spent too much", () => {
  for (const text of ["llm.p95>2s", "llm.n<2", "llm.share<2%", "problems<1%", "cache.hit>1%"]) {
    const watch = watchBudget(parseBudget(text, "--budget"));
    expect(["llm", "problems", "total"].some(watch.matches)).toBe(false);
  }
});
