import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startCrowd, stopNowAndThen } from "./crowd.ts";
import { countLines, type LineCounts, lastRotations, readFor, rotateFor } from "./rotate_stress.ts";

/** What came of the great stress. */
export interface CrowdFigures extends LineCounts {
  /** Rotations that ended well, and those that found the lock taken. */
  readonly rotations: number;
  readonly busy: number;
  /** How often a writer was stopped in the middle of its work. */
  readonly stops: number;
  /** Runs of `analyze` meanwhile, and those that saw fewer events than one before. */
  readonly readings: number;
  readonly shrunkenReadings: number;
  /** What somebody said or ended with that should not have been. */
  readonly surprises: readonly string[];
}

/**
 * Sixteen writers of every kind, a rotation every 50 ms, a writer stopped now and then, and readers
 * all the while: afterwards every line must be there, once, in each writer's order.
 */
export async function runCrowdStress(parent: string, seconds: number): Promise<CrowdFigures> {
  const folder = mkdtempSync(join(parent, "timmy-latency-crowd-"));
  const tools = mkdtempSync(join(parent, "timmy-latency-tools-"));
  const log = join(folder, "latency.log");
  const stop = join(tools, "stop");
  writeFileSync(log, "");
  const writers = startCrowd(log, stop, tools);
  try {
    const said = Promise.all(writers.map(({ child }) => new Response(child.stderr).text()));
    const [rotations, readings, stops] = await Promise.all([
      rotateFor(log, { seconds, killShare: 0, parent }),
      readFor(folder, seconds),
      stopNowAndThen(writers, seconds),
    ]);
    writeFileSync(stop, "");
    const written = new Map<string, number>();
    for (const { id, child } of writers) {
      const count = Number(await new Response(child.stdout).text());
      written.set(id, count);
      if (!(count > 0)) rotations.surprises.push(`${id} wrote nothing`);
      if ((await child.exited) !== 0) rotations.surprises.push(`${id} ended with an error`);
    }
    for (const [index, text] of (await said).entries()) {
      if (text !== "") rotations.surprises.push(`${writers[index]?.id} said ${text}`);
    }
    rotations.surprises.push(...(await lastRotations(log)));
    return { ...rotations, ...readings, stops, ...countLines(folder, written) };
  } finally {
    writeFileSync(stop, "");
    for (const { child } of writers) {
      child.kill("SIGKILL");
      await child.exited;
    }
    rmSync(folder, { recursive: true, force: true });
    rmSync(tools, { recursive: true, force: true });
  }
}
