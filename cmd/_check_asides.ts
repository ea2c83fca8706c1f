import { UsageError } from "../lib/error.ts";
import { calibrate } from "../lib/judge/calibrate.ts";
import { listNames } from "../lib/judge/named_series.ts";
import type { Measurement } from "../lib/pipeline/conclude_measures.ts";
import { catalogue, measureLog } from "../lib/pipeline/measure_log.ts";
import { renderCalibrationText } from "../lib/render/calibration_text.ts";
import { renderCalibrationJson, renderNamesJson } from "../lib/render/check_json.ts";
import { renderNamesText } from "../lib/render/check_names_text.ts";
import { answerFromLog } from "./_answer.ts";
import type { CheckOptions } from "./_check_options.ts";
import { type Arguments, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { type Messages, writeOut } from "./_output.ts";

const calibrationSplits = 1_000;

/** `check --list`: the names that limits may use. */
export async function printNames(args: Arguments, messages: Messages): Promise<ExitCode> {
  const isJson = requireTextOrJson(args, "--list");
  return answerFromLog(args, messages, {
    ofNothing: exitCodes.notEnough,
    read: (reader) => measureLog(reader, { watches: [], cache: false, sample: false }),
    end: async (result) => {
      const names = result === null ? [] : listNames(result.measures.summary, catalogue);
      if (isJson) writeOut(renderNamesJson(names, result?.log ?? null));
      else if (result !== null) writeOut(renderNamesText(names));
    },
  });
}

/** `check --calibrate`: how often `--baseline` would be wrong about this log. */
export async function printCalibration(
  args: Arguments,
  messages: Messages,
  { limits }: CheckOptions,
): Promise<ExitCode> {
  const isJson = requireTextOrJson(args, "--calibrate");
  const wanted = 2 * limits.minSamples;
  const isEnough = ({ measures }: Measurement) => measures.requests >= wanted;
  return answerFromLog(args, messages, {
    ofNothing: exitCodes.notEnough,
    read: (reader) => measureLog(reader, { watches: [], cache: false, sample: true }),
    end: async (result) => {
      const sample = result !== null && isEnough(result) ? result.sample : null;
      if (sample !== null) await messages.note(`Splitting the log ${calibrationSplits} times …`);
      const calibration = sample && calibrate(sample, limits, calibrationSplits);
      if (isJson) writeOut(renderCalibrationJson(calibration, result?.log ?? null));
      else if (calibration !== null) writeOut(renderCalibrationText(calibration));
      else writeOut(`inconclusive: to split it, ${wanted} requests are wanted\n`);
    },
    judge: (result) => (isEnough(result) ? exitCodes.fine : exitCodes.notEnough),
  });
}

/** @throws UsageError for a format that only verdicts have. */
function requireTextOrJson(args: Arguments, option: string): boolean {
  const format = textOf(args, "format") ?? "text";
  if (format === "text" || format === "json") return format === "json";
  throw new UsageError(`Cannot use --format ${format} with ${option}: it is one of text, json`);
}
