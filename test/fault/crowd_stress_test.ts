import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { describeWithTools } from "../support/tools.ts";
import { runCrowdStress } from "./crowd_stress.ts";
import { findFaults } from "./rotate_stress.ts";

describeWithTools("writers of every kind", ["bash", "zsh", "python3", "node", "nice"], () => {
  test("lose and double nothing while the log is rotated, read, and they are stopped", async () => {
    const figures = await runCrowdStress(tmpdir(), 8);
    expect(findFaults(figures)).toEqual([]);
    expect(figures.writers).toBe(16);
    expect(figures.lines).toBeGreaterThan(2_000);
    expect(figures.rotations).toBeGreaterThan(2);
    expect(figures.stops).toBeGreaterThan(2);
    expect(figures.readings).toBeGreaterThan(2);
  }, 90_000);
});
