import { basename } from "node:path";
import { formatSetting } from "../units/duration.ts";
import { archiveNaming, secondsOfStamp } from "./archive_name.ts";

/** Which archives to keep; both rules may be given, then either deletes. */
export interface RetentionRule {
  /** So many of the newest. */
  readonly keep: number | null;
  /** Those rotated within so many seconds. */
  readonly keepForSeconds: number | null;
}

/** An archive as retention sees it. */
export interface RetentionItem {
  readonly path: string;
  /** When it was rotated: `20251127T143005Z`. */
  readonly stamp: string;
}

/** An archive that a rule deletes, and which. */
export interface Expired {
  readonly path: string;
  readonly reason: string;
}

/**
 * Finds the archives that a rule deletes. `items` are all archives, oldest first; what is not finished
 * yet counts among the newest.
 */
export function findExpired(
  items: readonly RetentionItem[],
  rule: RetentionRule,
  nowSeconds: number,
): Expired[] {
  const { keep, keepForSeconds } = rule;
  const surplus = keep === null ? 0 : Math.max(0, items.length - keep);
  return items.flatMap(({ path, stamp }, index) => {
    if (index < surplus) return [{ path, reason: `beyond the newest ${keep}` }];
    const age = nowSeconds - (secondsOfStamp(stamp) ?? Number.POSITIVE_INFINITY);
    if (keepForSeconds === null || age <= keepForSeconds) return [];
    return [{ path, reason: `rotated over ${formatSetting(keepForSeconds)} ago` }];
  });
}

/**
 * Reads the name of an archive that the Python tracker made, `latency_archive_20251127.log`: the stamp
 * of that day's end, or null for any other name.
 */
export function parseAncestorName(fileName: string, logPath: string): string | null {
  const { stem, extension } = archiveNaming(basename(logPath));
  const match = /^(.*)_archive_(\d{8})(\.[a-z]+)$/s.exec(fileName);
  if (match === null || match[1] !== stem || match[3] !== extension) return null;
  const stamp = `${match[2]}T235959Z`;
  return secondsOfStamp(stamp) === null ? null : stamp;
}
