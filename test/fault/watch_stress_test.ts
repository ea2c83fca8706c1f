import { expect, setDefaultTimeout, test } from "bun:test";
import { describeWithTools } from "../support/tools.ts";
import { findWatchFaults, runWatchScreenStress } from "./watch_screen_stress.ts";
import { runWatchStress } from "./watch_stress.ts";

setDefaultTimeout(120_000);

test("watch tells every turn once while the log is rotated every second and cleared", async () => {
  const figures = await runWatchStress(6);
  expect(figures.turns).toBeGreaterThan(50);
  expect(figures.rotations).toBeGreaterThanOrEqual(3);
  expect(figures.clears).toBe(1);
  expect([figures.lost, figures.doubled]).toEqual([[], []]);
});

describeWithTools("watch on a terminal", ["tmux"], () => {
  test("shows every turn once while the log is rotated every second and cleared", async () => {
    const figures = await runWatchScreenStress(6);
    expect(figures.turns).toBeGreaterThan(50);
    expect(figures.screens).toBeGreaterThan(5);
    expect(findWatchFaults(figures)).toEqual([]);
  });
});
