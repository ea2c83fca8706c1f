import { expect, setDefaultTimeout, test } from "bun:test";
import { runWatchStress } from "./watch_stress.ts";

setDefaultTimeout(120_000);

test("watch tells every turn once while the log is rotated every second and cleared", async () => {
  const figures = await runWatchStress(6);
  expect(figures.turns).toBeGreaterThan(50);
  expect(figures.rotations).toBeGreaterThanOrEqual(3);
  expect(figures.clears).toBe(1);
  expect([figures.lost, figures.doubled]).toEqual([[], []]);
});
