import type { RequestTrace } from "../request/request_trace.ts";
import type { Sought } from "./reading.ts";
import type { SeekPlan } from "./seek_plan.ts";
import { tailBySearch } from "./tail_by_search.ts";

/**
 * Answers `--tail` from the end of the file: by searching for the ids of a few requests, else by
 * scanning the part that decides. Hands the requests to `take`; null, with nothing taken, if the whole
 * file must be read.
 */
export async function seekTail(
  plan: SeekPlan,
  wanted: number,
  take: (trace: RequestTrace) => void,
): Promise<Sought | null> {
  const sought = await tailBySearch(plan, wanted, take);
  if (sought !== null) return sought;
  plan.options.beforeLongWork?.();
  const { tailByScan } = await import("./tail_by_scan.ts");
  return tailByScan(plan, wanted, take);
}
