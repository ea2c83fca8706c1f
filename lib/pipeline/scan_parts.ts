import type { RandomAccess } from "../log/descriptor_source.ts";
import { joinParts } from "./join_parts.ts";
import { type PartOptions, PartReader } from "./part_reader.ts";
import type { PartHelper } from "./part_thread.ts";
import type { LogPart } from "./plan_parts.ts";
import { type Analysis, concludeSummary, type ReaderOptions } from "./reading.ts";

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
  partOptions: PartOptions,
  options: ReaderOptions,
  help: (part: LogPart) => PartHelper,
): Promise<Analysis> {
  const helpers = parts.slice(1).map(help);
  try {
    return await readAll(
      new PartReader(file, partOptions, options.progress),
      parts,
      options,
      helpers,
    );
  } finally {
    for (const helper of helpers) helper.stop();
  }
}

async function readAll(
  reader: PartReader,
  parts: readonly LogPart[],
  options: ReaderOptions,
  helpers: readonly PartHelper[],
): Promise<Analysis> {
  await reader.begin(0, 0);
  let why: string | null = null;
  for (const [index, { to }] of parts.entries()) {
    const inVain = helpers[index - 1];
    inVain?.stop();
    if (inVain !== undefined) options.progress?.add(-inVain.told);
    await reader.readTo(to);
    const rest = helpers.slice(index);
    if (rest.length === 0 || !reader.hasMore) break;
    if (!reader.summary.clocks.isSteady) {
      why ??= "a clock was set";
      continue;
    }
    const answers = await Promise.all(rest.map(({ answer }) => answer));
    const joined = joinParts(reader, answers);
    if (typeof joined !== "string") {
      const use = { threads: rest.length + 1, whyFewer: why };
      return analysisOf(reader, joined.counts, { ...options, clocks: joined.clocks }, use);
    }
    why ??= rest.find(({ failure }) => failure !== null)?.failure ?? joined;
  }
  reader.end();
  reader.measures.end();
  return analysisOf(reader, reader.counts(), options, { threads: 1, whyFewer: why });
}

function analysisOf(
  { summary, evidence, folded }: PartReader,
  { report, requests, closedEarly, oldestSeconds }: ReturnType<PartReader["counts"]>,
  options: Parameters<typeof concludeSummary>[2],
  threads: Analysis["threads"] & {},
): Analysis {
  return {
    ...concludeSummary(summary, evidence, options),
    log: { ...report, requests, closedEarly, folded: folded + summary.folded },
    selected: requests,
    searched: { requests, oldestSeconds },
    otherIds: [],
    threads,
  };
}
