import { PairNames } from "../event/pair_names.ts";
import { rangeOf } from "../log/file_range.ts";
import { describePart } from "../log/read_part.ts";
import { countReads } from "../log/read_progress.ts";
import { LogScan } from "../log/scan_log.ts";
import { Tally } from "../log/tally.ts";
import { summaryCaptures } from "../request/capture_scheme.ts";
import { Collector } from "../request/collect.ts";
import { LatestRequests } from "../request/latest_requests.ts";
import { RequestTable } from "../request/request_table.ts";
import { readMarked } from "./read_marked.ts";
import type { SeekPlan } from "./seek_plan.ts";
import type { TailPart } from "./tail_part.ts";

/** Does as `readTail`, and makes no events but of the requests that are read: for large parts. */
export async function scanTail(
  plan: SeekPlan,
  from: number,
  wanted: number,
): Promise<TailPart | null> {
  const { file, options } = plan;
  const tally = new Tally();
  options.progress?.begin(file.size - from);
  const part = countReads(rangeOf(file, from, file.size), options.progress);
  const scan = new LogScan(part, tally, options);
  const latest = new LatestRequests(wanted);
  const table = new RequestTable(scan.scanner, options.idleSeconds, {
    captureWidth: summaryCaptures.width,
    emit: (request) => latest.add(request),
  });
  await scan.run(new Collector(table, new PairNames(), scan.scanner));
  table.end();
  const { closedEarly } = table;
  if (closedEarly > 0) return null;
  const read = from === 0 ? scan.report() : describePart(file, tally, scan);
  return {
    latest,
    log: { ...read, requests: latest.requests, closedEarly },
    read: (marks) => readMarked(plan, from, marks),
  };
}
