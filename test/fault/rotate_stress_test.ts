import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { describeWithTools } from "../support/tools.ts";
import { killAtEachCall } from "./rotate_kill_points.ts";
import { findFaults, runRotateStress } from "./rotate_stress.ts";

describeWithTools("rotation under stress", ["bash", "python3", "nice"], () => {
  test("no line is lost or doubled under lockless writers, kills and readers", async () => {
    const figures = await runRotateStress({ seconds: 6, killShare: 0.4, parent: tmpdir() });
    expect(findFaults(figures)).toEqual([]);
    expect(figures.writers).toBe(12);
    expect(figures.lines).toBeGreaterThan(1_000);
    expect(figures.rotations).toBeGreaterThan(2);
    expect(figures.readings).toBeGreaterThan(2);
  }, 60_000);
});

describeWithTools("a rotation that is killed", ["strace"], () => {
  test("at any rename, removal or flush leaves what the next one finishes", async () => {
    const figures = await killAtEachCall(tmpdir(), ["renameat2", "unlink", "fsync"]);
    expect(figures.failures).toEqual([]);
    expect(Object.keys(figures.kills)).toHaveLength(3);
    for (const kills of Object.values(figures.kills)) expect(kills).toBeGreaterThan(1);
  }, 60_000);
});
