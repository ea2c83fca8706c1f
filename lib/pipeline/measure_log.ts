import { Events } from "../event/names.ts";
import { spanOrder } from "../event/span_catalogue.ts";
import { Breaches } from "../request/breaches.ts";
import { analyzeRequest, type RequestAnalysis } from "../request/describe.ts";
import { measuredOf } from "../request/measured_request.ts";
import { RequestSampler } from "../request/request_sampler.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import { Selector } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { type PlacedRequest, SessionGroups } from "../session/session_groups.ts";
import { concludeMeasures, type Measurement, type MeasureWants } from "./conclude_measures.ts";
import { mayMatter, readRequests } from "./read_requests.ts";
import { type ReaderOptions, readingOf } from "./reading.ts";
import { scanMeasures } from "./scan_measures.ts";

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
  return (await scanMeasures(options, wants)) ?? readMeasures(options, wants);
}

/** The same by the plain way: an object for every event, and a request as a whole for every id. */
export async function readMeasures(
  options: ReaderOptions,
  wants: MeasureWants,
): Promise<Measurement> {
  const summary = new RequestSummary();
  const breaches = new Breaches(wants.watches);
  const sampler = wants.sample ? new RequestSampler() : null;
  const groups = wants.cache ? new SessionGroups(null) : null;
  const selector = new Selector<RequestAnalysis | PlacedRequest>(options.selection, (analysis) => {
    const measured = measuredOf(analysis);
    summary.add(analysis);
    breaches.add(measured);
    sampler?.add(measured);
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
  const reading = readingOf({ ...log, folded }, selector, summary.requests);
  return concludeMeasures({ summary, breaches, sampler, groups }, reading);
}
