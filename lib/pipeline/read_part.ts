import type { RandomAccess } from "../log/descriptor_source.ts";
import type { ReadProgress } from "../log/read_progress.ts";
import type { FindingParts } from "./findings.ts";
import { type NameUse, type PartCounts, type PartOptions, PartReader } from "./part_reader.ts";
import type { LogPart } from "./plan_parts.ts";

/** What was found in a part of a log, beside what is known of the others. Plain data, to be sent. */
export interface PartAnswer extends PartCounts {
  /** What went on where the part begins, and where it ends; see `fingerprintOf`. */
  readonly start: string;
  readonly end: string;
  readonly found: FindingParts;
  readonly names: NameUse;
}

/**
 * Reads a part of a log after its lead-in; `progress` is told of the part. Null if what is found depends
 * on what was found before, or if the part is not all there.
 *
 * @throws AccessError if the file cannot be read.
 */
export async function readPart(
  file: RandomAccess,
  { leadFrom, from, to }: LogPart,
  options: PartOptions,
  progress?: Pick<ReadProgress, "add">,
): Promise<PartAnswer | null> {
  const reader = new PartReader(file, options, progress);
  await reader.begin(leadFrom, from);
  const start = reader.fingerprint();
  if (!(await reader.readFreeTo(to))) return null;
  if (to === Number.POSITIVE_INFINITY) reader.end();
  else if (!reader.hasMore) return null;
  const end = reader.fingerprint();
  // The last requests may have brought what the reading was watched for.
  if (!reader.findings.isOrderFree) return null;
  const found = reader.findings.parts();
  return { ...reader.counts(), start, end, found, names: reader.nameUse };
}
