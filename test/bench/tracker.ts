/**
 * Microseconds per event of the built tracker under Bun and Node, beside
 * the way in which the Python ancestor writes.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/binary.ts";
import { compareInTurns, printedFigure } from "./_interleave.ts";

const rounds = 9;
const events = 20_000;
const tracker = join(import.meta.dir, "..", "..", "dist", "tracker.js");
const ancestor = join(import.meta.dir, "_ancestor_tracker.py");

const program = `
import { logTiming } from ${JSON.stringify(tracker)};
function measure(events) {
  const started = performance.now();
  for (let n = 0; n < events; n++) {
    logTiming("abc123de", "stt", "stt_transcript_finalized", { text_length: n });
  }
  return (performance.now() - started) * 1000 / events;
}
measure(1000);
console.log(measure(${events}));
`;

/** Prints the tracker under Bun and Node against the ancestor's way. */
export async function run(): Promise<void> {
  using folder = temporaryFolder();
  const script = join(folder.path, "program.mjs");
  writeFileSync(script, program);
  const env = { TIMMY_LATENCY_LOG: join(folder.path, "latency.log") };

  const contenders = [
    {
      name: "ancestor's Python style",
      measure: () => printedFigure(["python3", ancestor, String(events)], env),
    },
    { name: "tracker, Bun", measure: () => printedFigure([process.execPath, script], env) },
    { name: "tracker, Node", measure: () => printedFigure(["node", script], env) },
  ];
  await compareInTurns(contenders, rounds, "µs per event");
}
