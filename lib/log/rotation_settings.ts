import { dirname, join } from "node:path";
import { manifestName, type Packing } from "./archive_name.ts";
import type { RetentionRule } from "./retention.ts";
import type { SystemCalls } from "./system_calls.ts";

/** What a rotation is asked to do. */
export interface RotationSettings {
  readonly logPath: string;
  /** Where archives go; the log's own folder unless told otherwise. */
  readonly archiveFolder: string;
  readonly packing: Packing;
  /** The log is due from this size on, or from this age of its first event on; null: always. */
  readonly maxSizeBytes: number | null;
  readonly maxAgeSeconds: number | null;
  /** Due whatever its size and age. */
  readonly force: boolean;
  readonly retention: RetentionRule;
  /** Retention may delete the Python tracker's archives too. */
  readonly adopt: boolean;
  /** The only archives that may be deleted, because somebody was asked; null: all that expire. */
  readonly agreedDeletions: ReadonlySet<string> | null;
  readonly nowSeconds: number;
  /** The user who runs this; null where there are no users. */
  readonly userId: number | null;
  readonly groupId: number | null;
  /** How long to wait for writers that have the old log open. */
  readonly waitMs: number;
  readonly system: SystemCalls;
}

/** The folders in which archives may lie: the log's own, and the one for archives. */
export function archiveFolders(settings: RotationSettings): string[] {
  return [...new Set([dirname(settings.logPath), settings.archiveFolder])];
}

/** Where the manifest of a folder's archives is. */
export function manifestPath(settings: RotationSettings, folder: string): string {
  return join(folder, manifestName(settings.logPath));
}

/** Whether any archive may be deleted at all. */
export function hasRetention({ retention }: RotationSettings): boolean {
  return retention.keep !== null || retention.keepForSeconds !== null;
}
