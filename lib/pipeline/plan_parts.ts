import type { RandomAccess } from "../log/descriptor_source.ts";
import { TimeProbe } from "../log/time_probe.ts";
import { disorderSeconds } from "../request/bounds.ts";

/** A stretch of a log that one thread reads, whole lines. */
export interface LogPart {
  /**
   * Where the thread begins to read: what stands between here and `from` it reads only to know which
   * requests are going on at `from`.
   */
  readonly leadFrom: number;
  readonly from: number;
  /** Infinite for the last part: a log may grow while it is read. */
  readonly to: number;
}

/** How a log is to be divided. */
export interface PartWishes {
  /** At most so many parts. */
  readonly threads: number;
  /** Bytes that the first thread reads while the others start. */
  readonly headStartBytes: number;
  readonly idleSeconds: number;
  readonly maxLineBytes: number;
}

/** A request that begins so long before a part is seen whole by the part's thread; seconds. */
const longestRequestSeconds = 300;
/** Looking back for the beginning of a lead-in begins with such a step. */
const firstStepBytes = 64 * 1024;
/** Threads are worth it only if none of them has to read more than this share of the log. */
const mostOfLog = 0.85;

/**
 * Divides a log so that each thread is done at about the same time; one part where more are impossible
 * or not worth it. Times are only looked up in places: if the log is out of order there, a part begins
 * too late or too early, and whoever joins the parts finds out.
 */
export function planParts(file: RandomAccess, wishes: PartWishes): LogPart[] {
  const { threads, headStartBytes, idleSeconds, maxLineBytes } = wishes;
  const one = partsAt([], () => 0);
  if (threads < 2) return one;
  const probe = new TimeProbe(file, maxLineBytes);
  // Looks may be made by the grid of a sixteenth: see `nextSweep()`.
  const leadSeconds = ((idleSeconds + disorderSeconds) * 17) / 16 + longestRequestSeconds;
  const lineAt = (place: number) => probe.at(Math.floor(place))?.lineStart ?? 0;
  const leadTo = (from: number) => findLead(probe, from, leadSeconds);
  const middle = lineAt(file.size / 2);
  if (middle === 0) return one;
  const aheadBytes = middle - leadTo(middle) + Math.min(headStartBytes, file.size / threads);
  const ownBytes = (file.size - aheadBytes) / threads;
  const cuts = new Set<number>();
  for (let part = 1; part < threads; part++) {
    const cut = lineAt(aheadBytes + part * ownBytes);
    if (cut > 0) cuts.add(cut);
  }
  const parts = partsAt([...cuts], leadTo);
  const isWorthIt = parts.every(
    ({ leadFrom, to }) => Math.min(to, file.size) - leadFrom < file.size * mostOfLog,
  );
  return isWorthIt ? parts : one;
}

/** The parts between these places, each with the lead-in that `leadTo` finds for it. */
export function partsAt(cuts: readonly number[], leadTo: (from: number) => number): LogPart[] {
  return [0, ...cuts].map((from, index) => ({
    leadFrom: from === 0 ? 0 : leadTo(from),
    from,
    to: cuts[index] ?? Number.POSITIVE_INFINITY,
  }));
}

/** Where to begin to read so as to have read all of the last `leadSeconds` before a line. */
function findLead(probe: TimeProbe, lineStart: number, leadSeconds: number): number {
  const early = (probe.at(lineStart)?.lowestSeconds ?? Number.NEGATIVE_INFINITY) - leadSeconds;
  let late = lineStart;
  let lead = 0;
  for (let step = firstStepBytes; step < lineStart; step *= 2) {
    const found = probe.at(lineStart - step);
    if (found === null || found.lineStart >= late) continue;
    if (found.highestSeconds <= early) {
      lead = found.lineStart;
      break;
    }
    late = found.lineStart;
  }
  // Near enough: what is read too much is a small part of what must be read.
  while (late - lead > Math.max(firstStepBytes, (lineStart - late) / 8)) {
    const found = probe.at(Math.floor((lead + late) / 2));
    if (found === null || found.lineStart <= lead || found.lineStart >= late) break;
    if (found.highestSeconds <= early) lead = found.lineStart;
    else late = found.lineStart;
  }
  return lead;
}
