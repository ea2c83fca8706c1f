import type { RotationAction, RotationStep } from "../report/rotation_report.ts";

/** Why a raw archive without content goes. */
export const emptyReason = "it is empty";

/** Describes a step; what is not given is unknown. */
export function describeAction(
  step: RotationStep,
  file: string,
  bytes: number,
  more: Partial<Pick<RotationAction, "archive" | "events" | "archiveBytes" | "reason">>,
): RotationAction {
  return {
    step,
    file,
    bytes,
    archive: null,
    events: null,
    archiveBytes: null,
    reason: "",
    ...more,
  };
}
