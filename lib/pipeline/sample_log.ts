import type { LogSamples } from "../report/sample_report.ts";
import { analyzeRequest } from "../request/describe.ts";
import { RequestSamples } from "../request/request_samples.ts";
import { type Selection, Selector } from "../request/select.ts";
import { mayMatter, readRequests, type Wants } from "./read_requests.ts";
import { type ReaderOptions, type Reading, readingOf } from "./reading.ts";

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
  const parts = selections.map((selection) => {
    const samples = new RequestSamples(withWorkload);
    return { samples, selector: new Selector(selection, (analysis) => samples.add(analysis)) };
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
