/** The steps of a log by Bun's own parser of JSON lines: `bun jsonl.ts LOG`. */
import { openSync, readSync } from "node:fs";
import { PlainSteps } from "./_steps.ts";

/** The part of `Bun.JSONL` that is used here. */
interface Jsonl {
  parseChunk(chunk: Uint8Array): { readonly values: unknown[]; readonly read: number };
}

const { parseChunk } = (Bun as unknown as { readonly JSONL: Jsonl }).JSONL;
const file = openSync(process.argv[2] ?? "", "r");
const block = new Uint8Array(4 * 1024 * 1024);
const steps = new PlainSteps();
let kept = 0;
while (true) {
  const count = readSync(file, block, kept, block.length - kept, null);
  if (count === 0) break;
  const filled = kept + count;
  const { values, read } = parseChunk(block.subarray(0, filled));
  for (const value of values) steps.add(value as Parameters<PlainSteps["add"]>[0]);
  block.copyWithin(0, read, filled);
  kept = filled - read;
}
process.stdout.write(JSON.stringify(steps.end()));
