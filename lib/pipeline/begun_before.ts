import { eventsOfLine } from "../log/read_part.ts";
import { TextsSearch } from "../log/texts_search.ts";
import type { RequestMark } from "../request/latest_requests.ts";
import type { SeekPlan } from "./seek_plan.ts";

/**
 * Which of some requests, met from a place `to` on, have an event before it, no longer than the idle
 * window before their start. Searches down to `from`. Their ids must be plain.
 */
export function begunBefore(
  { file, options }: SeekPlan,
  marks: readonly RequestMark[],
  from: number,
  to: number,
): ReadonlySet<RequestMark> {
  const { idleSeconds } = options;
  const begun = new Set<RequestMark>();
  const unsettled = Map.groupBy(marks, ({ id }) => id);
  const search = new TextsSearch(file, [...unsettled.keys()], { ...options, to });
  while (search.from > from && unsettled.size > 0) {
    for (const { text, line } of search.next(from)) {
      const times = eventsOfLine(file, options, line)
        .filter(({ requestId }) => requestId === text)
        .map(({ timestampSeconds }) => timestampSeconds);
      const isBegun = ({ firstSeconds }: RequestMark) =>
        times.some((seconds) => seconds >= firstSeconds - idleSeconds);
      const { true: older = [], false: others = [] } = Object.groupBy(
        unsettled.get(text) ?? [],
        (mark) => `${isBegun(mark)}`,
      );
      for (const mark of older) begun.add(mark);
      if (others.length > 0) unsettled.set(text, others);
      else if (unsettled.delete(text)) search.drop(text);
    }
  }
  return begun;
}
