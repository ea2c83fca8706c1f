import type { LogSamples } from "../report/sample_report.ts";
import { analyzeRequest } from "../request/describe.ts";
import { measuredOf } from "../request/measured_request.ts";
import { RequestSamples } from "../request/request_samples.ts";
import { type Selection, Selector } from "../request/select.ts";
import { mayMatter, readRequests, type Wants } from "./read_requests.ts";
import { type ReaderOptions, type Reading, readingOf } from "./reading.ts";
import { scanSamples } from "./scan_samples.ts";

/** Samples of selected requests, for a comparison. */
export interface Sampling extends Reading {
  readonly samples: LogSamples;
}

/**
 * Reads a log once to its end and keeps the samples of the requests of each selection, and with
 * `withWorkload` what these were asked to do.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function sampleLog(
  options: ReaderOptions,
  selections: readonly Selection[],
  withWorkload: boolean,
): Promise<Sampling[]> {
  const [selection = {}] = selections;
  const scanned =
    selections.length === 1 ? await scanSamples({ ...options, selection }, withWorkload) : null;
  return scanned === null ? readSamples(options, selections, withWorkload) : [scanned];
}

/** The same by the plain way: an object for every event, and a request as a whole for every id. */
export async function readSamples(
  options: ReaderOptions,
  selections: readonly Selection[],
  withWorkload: boolean,
): Promise<Sampling[]> {
  const parts = selections.map((selection) => {
    const samples = new RequestSamples(withWorkload);
    const selector = new Selector(selection, (analysis) => samples.add(measuredOf(analysis)));
    return { samples, selector };
  });
  const wants: Wants = (range, assembler) =>
    selections.some((selection) => mayMatter(range, { ...options, selection }, assembler));
  const log = await readRequests(
    { ...options, measuresOnly: true, parts: selections },
    wants,
    (trace) => {
      const analysis = analyzeRequest(trace);
      for (const { selector } of parts) selector.add(analysis);
    },
  );
  return parts.map(({ samples, selector }) => {
    selector.end();
    const read = samples.read();
    return {
      samples: read,
      ...readingOf({ ...log, folded: read.folded }, selector, read.requests),
    };
  });
}
