import type { RandomAccess } from "../log/descriptor_source.ts";
import type { ReadProgress } from "../log/read_progress.ts";
import { type Found, foundIn } from "./found.ts";
import { joinParts } from "./join_parts.ts";
import { type PartCounts, type PartOptions, PartReader } from "./part_reader.ts";
import type { PartHelper } from "./part_thread.ts";
import type { LogPart } from "./plan_parts.ts";
import type { ThreadUse } from "./reading.ts";

/**
 * Reads the parts of a log at the same time: the first one here, each other one by a helper that `help`
 * makes. What they find is what one reader finds: their answers count only if the first of them began
 * with exactly the requests that are held here when its part is reached, and so on. Otherwise that part
 * is read here too, as if nobody had helped.
 *
 * @throws AccessError if the file cannot be read.
 */
export async function scanParts(
  file: RandomAccess,
  parts: readonly LogPart[],
  options: PartOptions,
  help: (part: LogPart) => PartHelper,
  progress?: ReadProgress,
): Promise<Found> {
  const helpers = parts.slice(1).map(help);
  try {
    return await readAll(new PartReader(file, options, progress), parts, helpers, progress);
  } finally {
    for (const helper of helpers) helper.stop();
  }
}

async function readAll(
  reader: PartReader,
  parts: readonly LogPart[],
  helpers: readonly PartHelper[],
  progress?: ReadProgress,
): Promise<Found> {
  await reader.begin(0, 0);
  let why: string | null = null;
  for (const [index, { to }] of parts.entries()) {
    const inVain = helpers[index - 1];
    inVain?.stop();
    if (inVain !== undefined) progress?.add(-inVain.told);
    await reader.readTo(to);
    const rest = helpers.slice(index);
    if (rest.length === 0 || !reader.hasMore) break;
    if (!reader.findings.isSteady) {
      why ??= "a clock was set";
      continue;
    }
    const answers = await Promise.all(rest.map(({ answer }) => answer));
    const joined = joinParts(reader, answers);
    if (typeof joined !== "string") {
      const { counts, clocks } = joined;
      return tell(reader, counts, { threads: rest.length + 1, whyFewer: why }, clocks);
    }
    why ??= rest.find(({ failure }) => failure !== null)?.failure ?? joined;
  }
  reader.end();
  reader.findings.end();
  return tell(reader, reader.counts(), { threads: 1, whyFewer: why });
}

function tell(
  { findings, folded }: PartReader,
  { report, requests, closedEarly }: PartCounts,
  threads: ThreadUse,
  clocks?: Found["clocks"],
): Found {
  return foundIn(findings, { ...report, requests, closedEarly, folded }, clocks, threads);
}
