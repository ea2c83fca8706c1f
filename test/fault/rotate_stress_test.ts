import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { describeWithTools } from "../support/tools.ts";
import { breakAtEachCall } from "./rotate_kill_points.ts";
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

describeWithTools("a rotation that is broken off", ["strace"], () => {
  const breakages = [
    ["signal=KILL", ["renameat2", "unlink", "fsync"]],
    ["error=ENOSPC", ["fsync", "renameat2"]],
  ] as const;
  test.each(breakages)(
    "by %s at any of its %p leaves what the next one finishes",
    async (breakage, calls) => {
      const { broken, failures } = await breakAtEachCall(tmpdir(), calls, breakage);
      expect(failures).toEqual([]);
      expect(Object.keys(broken)).toHaveLength(calls.length);
      for (const count of Object.values(broken)) expect(count).toBeGreaterThan(1);
    },
    60_000,
  );
  test("covers its table", () => expect(breakages).toHaveLength(2));
});
