/** What `rotate` does to one file. */
export type RotationStep =
  /** The log becomes an archive, an empty one takes its place. */
  | "rotate"
  /** An archive that an earlier run left unfinished is finished. */
  | "finish"
  /** A leftover without content is removed. */
  | "discard"
  /** An archive that the manifest does not know is read and listed. */
  | "list"
  /** An archive is deleted because retention says so. */
  | "delete"
  /** Something stays as it is, though one might expect otherwise. */
  | "leave";

/** A step of a rotation, planned or done. */
export interface RotationAction {
  readonly step: RotationStep;
  /** The file that it is done to. */
  readonly file: string;
  /** The archive that comes of it; null if none does. */
  readonly archive: string | null;
  /** Size of `file` in bytes. */
  readonly bytes: number;
  /** Events in the archive, and its size once packed; null while unknown. */
  readonly events: number | null;
  readonly archiveBytes: number | null;
  /** Why; empty where the step explains itself. */
  readonly reason: string;
}

/** Why a log is rotated or not. */
export type RotationVerdict = "due" | "absent" | "empty" | "not due";

/** What a rotation did, or would do. */
export interface RotationReport {
  readonly log: string;
  readonly isDryRun: boolean;
  readonly verdict: RotationVerdict;
  readonly actions: readonly RotationAction[];
}
