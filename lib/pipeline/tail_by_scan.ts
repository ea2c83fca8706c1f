import { disorderSeconds } from "../request/bounds.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import type { Sought } from "./reading.ts";
import { scanTail } from "./scan_tail.ts";
import { lineNear, type SeekPlan } from "./seek_plan.ts";

/** More than that are a large part of any log, and are read with it. */
const mostWanted = 10_000;

/**
 * Answers `--tail` by scanning a part at the end of the file, which grows until it holds so many
 * requests and the idle window before the first of them; then reads those that started last. Hands them
 * to `take`; null, with nothing taken, if the whole file must be read.
 *
 * A request whose start the part shows, with nothing of its id for an idle window before, is whole; and
 * what is not in the part has started earlier. Exact if every event before the part is earlier than that
 * window: see `TimeSeek`. Memory: as a summary; events are kept only from shortly before the first
 * request that is shown.
 */
export async function tailByScan(
  plan: SeekPlan,
  wanted: number,
  take: (trace: RequestTrace) => void,
): Promise<Sought | null> {
  if (wanted > mostWanted) return null;
  const { file, time, options } = plan;
  const { idleSeconds } = options;
  let from = lineNear(plan, file.size - plan.leastUnread);
  while (true) {
    const part = await scanTail(plan, from, wanted);
    if (part === null) return null;
    const { latest, log } = part;
    const [oldest] = latest.isFull ? latest.marks : [];
    const window = (oldest?.firstSeconds ?? Number.NaN) - idleSeconds - disorderSeconds;
    if (from === 0 || (oldest !== undefined && from <= time.before(window))) {
      const traces = part.read(latest.marks);
      for (const trace of traces ?? []) take(trace);
      return traces && { log, search: null };
    }
    // A little more than that: requests turn out to have begun earlier once more is seen of them.
    const covering = oldest === undefined ? from : time.before(window - idleSeconds / 8);
    const larger = lineNear(plan, file.size - 4 * (file.size - from));
    const next = covering < from ? covering : larger;
    // One line may be longer than all that was read.
    from = next < from && next >= plan.leastUnread ? next : 0;
  }
}
