import { dirname } from "node:path";
import { AccessError } from "../lib/error.ts";
import { warnOfSharing } from "../lib/log/file_system.ts";
import { previewRotation, rotateLog } from "../lib/log/rotation/rotate.ts";
import type { RotationSettings } from "../lib/log/rotation/rotation_settings.ts";
import { loadSystemCalls } from "../lib/log/system_calls.ts";
import { renderRotationJson } from "../lib/render/rotation_json.ts";
import { renderRotationText } from "../lib/render/rotation_text.ts";
import type { RotationReport } from "../lib/report/rotation_report.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { messagesFor, writeOut } from "./_output.ts";

/** Writers hold the log for microseconds; whoever holds it longer than this holds it for good. */
const waitMs = 2_000;

/** What a rotation without any option is asked to do. */
export async function plainRotation(args: Arguments): Promise<RotationSettings> {
  const logPath = locateFile(args).path;
  return {
    logPath,
    archiveFolder: dirname(logPath),
    packing: "gzip",
    maxSizeBytes: null,
    maxAgeSeconds: null,
    force: false,
    retention: { keep: null, keepForSeconds: null },
    adopt: false,
    agreedDeletions: null,
    nowSeconds: Date.now() / 1000,
    userId: process.geteuid?.() ?? null,
    groupId: process.getegid?.() ?? null,
    waitMs,
    system: await loadSystemCalls(),
  };
}

/** Says what a rotation would do, and does nothing. */
export async function previewAndSay(
  args: Arguments,
  settings: RotationSettings,
): Promise<ExitCode> {
  const report = await previewRotation(settings);
  await sayRotation(args, report);
  requireNamedLog(args, report);
  return exitCodes.fine;
}

/** Rotates and says what was done. */
export async function rotateAndSay(args: Arguments, settings: RotationSettings): Promise<ExitCode> {
  const { report, failure } = await rotateLog(settings);
  await sayRotation(args, report);
  requireNamedLog(args, report);
  if (failure !== null) throw failure;
  return exitCodes.fine;
}

/**
 * A log that was named by --log must be there; one in the usual place may be absent.
 *
 * @throws AccessError
 */
function requireNamedLog(args: Arguments, { verdict }: RotationReport): void {
  const { path, rule } = locateFile(args);
  if (verdict === "absent" && rule === "--log") {
    throw new AccessError(`Cannot rotate the log ${path}: no such file or directory`, "ENOENT");
  }
}

/** Prints what a rotation did, or would do, and notes a place where rotations cannot be safe. */
async function sayRotation(args: Arguments, report: RotationReport): Promise<void> {
  const warning = report.verdict === "absent" ? null : warnOfSharing(report.log);
  if (warning !== null) await messagesFor(args).note(warning);
  if (textOf(args, "format") === "json") writeOut(renderRotationJson(report));
  else if (report.isDryRun || !isOn(args, "quiet")) writeOut(renderRotationText(report));
}
