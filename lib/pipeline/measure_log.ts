import { Events } from "../event/names.ts";
import { spanOrder } from "../event/span_catalogue.ts";
import type { BreachReport, BreachWatch, Measures, RequestSample } from "../report/check_report.ts";
import { Breaches } from "../request/breaches.ts";
import { analyzeRequest, type RequestAnalysis } from "../request/describe.ts";
import { RequestSampler } from "../request/request_sampler.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import { Selector } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { countVerdicts } from "../session/count_verdicts.ts";
import { type PlacedRequest, SessionGroups } from "../session/session_groups.ts";
import { mayMatter, readRequests } from "./read_requests.ts";
import { type ReaderOptions, type Reading, readingOf } from "./reading.ts";

/** What is to be measured, beside the series. */
export interface MeasureWants {
  readonly watches: readonly BreachWatch[];
  /** Verdicts of the prompt cache: about 100 bytes a turn until the log's end. */
  readonly cache: boolean;
  /** What requests took, stage by stage: about half a megabyte. */
  readonly sample: boolean;
}

/** What a log shows of what can be judged. */
export interface Measurement extends Reading {
  readonly measures: Measures;
  /** What some requests took, stage by stage; null if nobody wants it. */
  readonly sample: RequestSample | null;
  /** Who spent what is over each watch, in their order. */
  readonly breaches: readonly (readonly BreachReport[])[];
}

/** Spans and events that have names also where a log does not have them. */
export const catalogue: { readonly spans: readonly string[]; readonly events: readonly string[] } =
  {
    spans: spanOrder,
    events: Object.values(Events),
  };

/**
 * Reads a log once, to its end, and measures it for verdicts. Every byte of every line is validated,
 * metadata included.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function measureLog(
  options: ReaderOptions,
  wants: MeasureWants,
): Promise<Measurement> {
  const summary = new RequestSummary();
  const breaches = new Breaches(wants.watches);
  const sampler = wants.sample ? new RequestSampler() : null;
  const groups = wants.cache ? new SessionGroups(null) : null;
  const selector = new Selector<RequestAnalysis | PlacedRequest>(options.selection, (analysis) => {
    summary.add(analysis);
    breaches.add(analysis);
    sampler?.add(analysis);
    if ("session" in analysis) groups?.keep(analysis);
  });
  const take = (trace: RequestTrace) => {
    const analysis = analyzeRequest(trace);
    selector.add(groups?.place(analysis) ?? analysis);
  };
  const log = await readRequests(
    { ...options, measuresOnly: true, ...(groups === null ? { parts: [options.selection] } : {}) },
    // A turn's verdict rests on the whole log, whatever is chosen of it.
    (range, assembler) => groups !== null || mayMatter(range, options, assembler),
    take,
  );
  selector.end();
  const folded = summary.folded + (groups?.folded ?? 0);
  const { kinds } = log.problems;
  return {
    measures: {
      summary: summary.read(),
      cache: groups && countVerdicts(groups),
      lines: log.lines,
      problems: kinds,
      requests: summary.requests,
    },
    sample: sampler?.read() ?? null,
    breaches: breaches.read(),
    ...readingOf({ ...log, folded }, selector, summary.requests),
  };
}
