import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { RotationAction, RotationReport } from "../report/rotation_report.ts";
import { packingSuffixes } from "./archive_name.ts";
import { withLock } from "./lock.ts";
import { performRotation } from "./perform_rotation.ts";
import { describeAction, emptyReason } from "./rotation_action.ts";
import { findIdle, planRotation, type RotationPlan } from "./rotation_plan.ts";
import { archiveFolders, type RotationSettings } from "./rotation_settings.ts";

/** What a rotation did, and what kept it from doing the rest. */
export interface RotationOutcome {
  readonly report: RotationReport;
  /** The first failure; what did not depend on it was done all the same. */
  readonly failure: Error | null;
}

/**
 * Rotates the log without losing a line, finishes what an earlier run left, and deletes the archives
 * that retention no longer keeps. Writers need not know: they take no lock and never wait.
 *
 * @throws LockBusyError if another run holds the lock.
 * @throws AccessError if the log may not be rotated.
 */
export async function rotateLog(settings: RotationSettings): Promise<RotationOutcome> {
  const { logPath: log } = settings;
  // Looking first keeps a run that has nothing to do from leaving a lock file behind.
  const idle = findIdle(settings);
  if (idle !== null) {
    return { report: { log, isDryRun: false, verdict: idle, actions: [] }, failure: null };
  }
  return withLock(log, () => withArchiveLock(settings, () => perform(settings)));
}

/** Two logs of one name that share a folder for archives must not work there at the same time. */
function withArchiveLock<Result>(
  settings: RotationSettings,
  work: () => Promise<Result>,
): Promise<Result> {
  const [, other] = archiveFolders(settings);
  return other === undefined || !existsSync(other)
    ? work()
    : withLock(join(other, basename(settings.logPath)), work);
}

async function perform(settings: RotationSettings): Promise<RotationOutcome> {
  const plan = await planRotation(settings);
  const { actions, failure } = await performRotation(plan, settings);
  const { logPath: log } = settings;
  return { report: { log, isDryRun: false, verdict: plan.verdict, actions }, failure };
}

/**
 * Says what `rotateLog` would do. Writes nothing and takes no lock.
 *
 * @throws AccessError if the log may not be rotated.
 */
export async function previewRotation(settings: RotationSettings): Promise<RotationReport> {
  const plan = await planRotation(settings);
  const { logPath: log } = settings;
  return { log, isDryRun: true, verdict: plan.verdict, actions: describePlan(plan, settings) };
}

/** The steps of a plan, in the order in which they are taken. */
function describePlan(plan: RotationPlan, settings: RotationSettings): RotationAction[] {
  const suffix = packingSuffixes[settings.packing];
  return [
    ...plan.discard.map(({ file, reason }) =>
      describeAction("discard", file.path, file.stat.size, { reason }),
    ),
    ...plan.finish.map(({ file, base }) =>
      file.stat.size === 0
        ? describeAction("discard", file.path, 0, { reason: emptyReason })
        : describeAction("finish", file.path, file.stat.size, {
            archive: join(file.folder, `${base}${suffix}`),
          }),
    ),
    ...(plan.rotateAs === null || plan.log === null
      ? []
      : [
          describeAction("rotate", settings.logPath, plan.log.size, {
            archive: join(settings.archiveFolder, `${plan.rotateAs}${suffix}`),
          }),
        ]),
    ...plan.found.map(({ file, facts }) =>
      describeAction("list", file.path, file.stat.size, { events: facts.events }),
    ),
    ...plan.expired.map(({ path, bytes, reason }) =>
      describeAction("delete", path, bytes, { reason }),
    ),
    ...plan.leave.map(({ file, reason }) =>
      describeAction("leave", file.path, file.stat.size, { reason }),
    ),
  ];
}
