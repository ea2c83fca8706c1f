import { UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import { type HintLimits, usualLimits } from "../lib/hints/limits.ts";
import { formatSetting, requireDuration } from "../lib/units/duration.ts";
import { type Arguments, type ArgumentTable, listOf } from "./_command.ts";

const stages = [...usualLimits.keys()];
const defaults = [...usualLimits].map(([stage, ms]) => `${stage}=${formatSetting(ms / 1000)}`);

/** Arguments of the commands that give hints. */
export const hintArguments = {
  hints: { type: "boolean", default: true, description: "leave the hints out" },
  limit: {
    type: "string",
    valueHint: "STAGE=D",
    repeatable: true,
    description: `hint at a stage whose median is longer than D (${defaults.join(", ")}); may be repeated`,
  },
} as const satisfies ArgumentTable;

/** What hints measure stages against; null if none are wanted. */
export function hintLimitsOf(args: Arguments): HintLimits | null {
  const limits = new Map(usualLimits);
  const changed = new Set<string>();
  for (const text of listOf(args, "limit")) {
    const [stage = "", ...rest] = text.split("=");
    if (rest.length === 0 || !limits.has(stage)) {
      throw new UsageError(
        `Cannot use ${quote(text)} for --limit: write STAGE=D, as in --limit llm=2s; ` +
          `the stages are ${stages.join(", ")}`,
      );
    }
    if (changed.has(stage)) {
      throw new UsageError(`Cannot use --limit ${stage} twice: it has one value`);
    }
    changed.add(stage);
    limits.set(stage, requireDuration(rest.join("="), `--limit ${stage}`) * 1000);
  }
  return args["hints"] === false ? null : limits;
}
