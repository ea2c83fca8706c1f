import { readRequests } from "../../lib/pipeline/read_requests.ts";
import type { Analysis, ReaderOptions } from "../../lib/pipeline/reading.ts";
import { analyzeLog } from "../../lib/pipeline.ts";
import type { RequestReport } from "../../lib/report/request_report.ts";
import type { RequestTrace } from "../../lib/request/request_trace.ts";

const defaults = { idleSeconds: 600, maxLineBytes: 1024 * 1024, selection: {} };

/** Everything that an analysis of whole files gives out. */
export interface WholeAnalysis extends Analysis {
  readonly requests: readonly RequestReport[];
}

/** Analyses files with the options that the commands use when nothing is said. */
export async function analyzeFiles(
  names: readonly string[],
  options: Partial<ReaderOptions> = {},
): Promise<WholeAnalysis> {
  const requests: RequestReport[] = [];
  const analysis = await analyzeLog({ ...defaults, ...options, names }, (request) =>
    requests.push(request),
  );
  return { ...analysis, requests };
}

/** Reads the requests of a file. */
export async function readTraces(name: string): Promise<RequestTrace[]> {
  const traces: RequestTrace[] = [];
  await readRequests(
    { ...defaults, names: [name] },
    () => true,
    (trace) => traces.push(trace),
  );
  return traces;
}
