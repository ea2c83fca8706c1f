import type { RotationReport } from "../report/rotation_report.ts";
import { jsonSchema } from "./json.ts";

/**
 * `{schema, log, dry_run, verdict, actions: [{step, file, archive, bytes, events, archive_bytes,
 * reason}]}` on one line: `verdict` is `due`, `not due`, `empty` or `absent`; `step` is `rotate`,
 * `finish`, `discard`, `list`, `delete` or `leave`; what is not known (yet) is null.
 */
export function renderRotationJson(report: RotationReport): string {
  const actions = report.actions.map(
    ({ step, file, archive, bytes, events, archiveBytes, reason }) => ({
      step,
      file,
      archive,
      bytes,
      events,
      archive_bytes: archiveBytes,
      reason,
    }),
  );
  const { log, isDryRun: dry_run, verdict } = report;
  return `${JSON.stringify({ schema: jsonSchema, log, dry_run, verdict, actions })}\n`;
}
