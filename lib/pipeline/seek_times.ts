import { PartReading } from "../log/read_part.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { disorderSeconds } from "../request/bounds.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import type { Sought } from "./reading.ts";
import type { SeekPlan } from "./seek_plan.ts";

/** Reading so much takes long. */
const muchBytes = 4 * 1024 * 1024;

/**
 * Answers `--since` and `--until` from the part of the file that they are about. Every request is
 * handed to `take` as a reading of the whole file would, save those that begin an idle window before
 * `since` or earlier, and some of those behind `until`. Null, with nothing taken, if all must be read.
 *
 * Exact if no event before the part, or behind it, belongs into its time: see `TimeSeek`.
 */
export async function seekTimes(
  { file, time, leastUnread, options, pause }: SeekPlan,
  take: (trace: RequestTrace) => void,
): Promise<Sought | null> {
  const { idleSeconds, selection } = options;
  const { sinceSeconds, untilSeconds } = selection;
  // A request that began before `since` shows itself by an event in the idle window before it.
  const found =
    sinceSeconds === undefined ? 0 : time.before(sinceSeconds - idleSeconds - disorderSeconds);
  const from = found < leastUnread ? 0 : found;
  if (from === 0 && untilSeconds === undefined) return null;
  if (file.size - from > muchBytes) options.beforeLongWork?.();
  let requests = 0;
  const assembler = new RequestAssembler(idleSeconds, (trace) => {
    requests++;
    take(trace);
  });
  options.progress?.begin(file.size - from);
  const reading = new PartReading(file, options, { from });
  let mayEnd = untilSeconds !== undefined;
  let readTo = from;
  let end: number | undefined;
  for (let event = reading.next(); event !== null; event = reading.next()) {
    assembler.add(event);
    const wait = pause();
    if (wait !== null) await wait;
    if (reading.readTo === readTo) continue;
    // Once a block.
    const turn = options.progress?.add(reading.readTo - readTo) ?? null;
    if (turn !== null) await turn;
    readTo = reading.readTo;
    if (!mayEnd) continue;
    const reached = assembler.highestSeconds - disorderSeconds;
    const until = untilSeconds ?? Number.POSITIVE_INFINITY;
    if (reached < until || assembler.mayContinue(until, reached)) continue;
    // If not, a clock has stepped back somewhere behind, and what it wrote must be read.
    mayEnd = file.size - readTo >= leastUnread && time.isAfter(reading.doneTo, reached);
    if (!mayEnd) continue;
    end = reading.doneTo;
    break;
  }
  assembler.end();
  const { closedEarly } = assembler;
  return {
    log: { ...reading.report(end), requests, closedEarly },
    search: null,
  };
}
