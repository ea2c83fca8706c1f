import { escapeControls } from "../escape.ts";
import type { RotationAction, RotationReport } from "../report/rotation_report.ts";
import { formatSize } from "../units/size.ts";

/** One line a step, in the order in which they are taken; the same words for a dry run. */
export function renderRotationText(report: RotationReport): string {
  return report.actions.map((action) => `${renderAction(action, report.isDryRun)}\n`).join("");
}

function renderAction(action: RotationAction, isDryRun: boolean): string {
  const file = escapeControls(action.file);
  const size = formatSize(action.bytes);
  const reason = action.reason === "" ? "" : `: ${escapeControls(action.reason)}`;
  const say = (done: string, planned: string) => (isDryRun ? `Would ${planned}` : done);
  const events = action.events === null ? "" : `, ${countEvents(action.events)}`;
  const packed = action.archiveBytes === null ? "" : ` (${formatSize(action.archiveBytes)})`;
  const target = `${escapeControls(action.archive ?? "")}${packed}${reason}`;
  switch (action.step) {
    case "rotate":
      return `${say("Rotated", "rotate")} ${file} (${size}${events}) to ${target}`;
    case "finish":
      return `${say("Finished", "finish")} ${file} (${size}${events}) as ${target}`;
    case "discard":
      return `${say("Removed", "remove")} the leftover ${file}${reason}`;
    case "list":
      return `${say("Listed", "list")} ${file} (${size}${events}) in the manifest`;
    case "delete":
      return `${say("Deleted", "delete")} ${file} (${size})${reason}`;
    case "leave":
      return `${say("Left", "leave")} ${file} (${size}) as it is${reason}`;
  }
}

function countEvents(events: number): string {
  return `${events} ${events === 1 ? "event" : "events"}`;
}
