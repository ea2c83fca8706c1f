import { readFileSync } from "node:fs";
import { AccessError, describeSystemError, UsageError } from "../lib/error.ts";
import { type Budget, parseBudget } from "../lib/judge/budget_expression.ts";
import { parseBudgetFile } from "../lib/judge/budget_file.ts";
import type { RegressionLimits } from "../lib/judge/judge_baseline.ts";
import { requireDuration } from "../lib/units/duration.ts";
import { type Arguments, type ArgumentTable, isOn, listOf, textOf } from "./_command.ts";
import { requireCount, requirePercentage } from "./_values.ts";

/** Arguments that only `check` has. */
export const checkArguments = {
  budget: {
    type: "string",
    valueHint: "LIMIT",
    repeatable: true,
    description: "a limit to keep, such as 'voice_to_voice.p95<3s'; may be given more than once",
  },
  budgets: {
    type: "string",
    valueHint: "FILE",
    completes: "file",
    description: "a JSON file of limits",
  },
  baseline: {
    type: "string",
    valueHint: "FILE",
    completes: "file",
    description: "what to compare with: a summary that --save wrote, or a log",
  },
  save: {
    type: "string",
    valueHint: "FILE",
    completes: "file",
    description: "write the summary as a baseline, if nothing fails",
  },
  "min-samples": {
    type: "string",
    valueHint: "N",
    description: "judge nothing by fewer samples (10)",
  },
  "min-change": {
    type: "string",
    valueHint: "P%",
    description: "a regression is slower by at least this part (10%) …",
  },
  "min-delta": {
    type: "string",
    valueHint: "D",
    description: "… and by at least so much (20ms), and significantly so",
  },
  list: { type: "boolean", description: "print the names that limits may use, and judge nothing" },
  calibrate: {
    type: "boolean",
    description: "split the log against itself 1000 times: how often would --baseline be wrong?",
  },
  "print-schema": { type: "boolean", description: "print the JSON schema of --budgets files" },
} as const satisfies ArgumentTable;

const defaultMinSamples = 10;
const defaultMinChange = 0.1;
const defaultMinDeltaMs = 20;

/** What a check is to do. */
export interface CheckOptions {
  readonly budgets: readonly Budget[];
  readonly limits: RegressionLimits;
  /** The file to compare with. */
  readonly baseline: string | null;
  /** The file to write. */
  readonly save: string | null;
}

/**
 * Turns checked arguments into what a check is to do.
 *
 * @throws UsageError for a limit or value that makes no sense, and where there is nothing to check.
 * @throws AccessError if the file of budgets cannot be read.
 */
export function checkOptions(args: Arguments): CheckOptions {
  const [file, baseline, save] = (["budgets", "baseline", "save"] as const).map(
    (name) => textOf(args, name) ?? null,
  );
  const [minSamples, minChange, minDelta] = (
    ["min-samples", "min-change", "min-delta"] as const
  ).map((name) => textOf(args, name));
  const written = listOf(args, "budget").map((text) => parseBudget(text, "--budget"));
  const limits = {
    minSamples:
      minSamples === undefined
        ? defaultMinSamples
        : requireCount(minSamples, "--min-samples", "--min-samples 20"),
    minChange:
      minChange === undefined ? defaultMinChange : requirePercentage(minChange, "--min-change"),
    minDeltaMs:
      minDelta === undefined ? defaultMinDeltaMs : requireDuration(minDelta, "--min-delta") * 1000,
  };
  if (baseline === "-") {
    throw new UsageError("Cannot use - for --baseline: name a file, as standard input is the log");
  }
  const isForNothing = ["list", "calibrate"].some((name) => isOn(args, name));
  if (written.length === 0 && !file && !baseline && !save && !isForNothing) {
    throw new UsageError(
      "Cannot check without a limit: write --budget 'voice_to_voice.p95<3s', --budgets FILE or " +
        "--baseline FILE; --list prints the names there are",
    );
  }
  const listed = file ? parseBudgetFile(readText(file), file) : null;
  const isGiven = minSamples !== undefined;
  return {
    budgets: [...written, ...(listed?.budgets ?? [])],
    limits: isGiven ? limits : { ...limits, minSamples: listed?.minSamples ?? limits.minSamples },
    baseline: baseline ?? null,
    save: save ?? null,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot read the budgets ${path}: ${reason}`);
  }
}
