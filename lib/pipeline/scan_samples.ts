import { PairNames } from "../event/pair_names.ts";
import type { LogSamples } from "../report/sample_report.ts";
import { summaryCaptures, workloadCaptures } from "../request/capture_scheme.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { RequestSamples } from "../request/request_samples.ts";
import { RequestSummary } from "../request/summarize.ts";
import { ToldRequest } from "../request/told_request.ts";
import type { ReaderOptions, Reading } from "./reading.ts";
import { scanRequests } from "./scan_requests.ts";

/**
 * The samples of all requests of a log by the fast way, with the same result as from objects. Null where that way
 * is not open; see `scanRequests`.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanSamples(
  options: ReaderOptions,
  withWorkload: boolean,
): Promise<(Reading & { readonly samples: LogSamples }) | null> {
  const names = new PairNames();
  const samples = new RequestSamples(withWorkload);
  const captures = withWorkload ? workloadCaptures : summaryCaptures;
  let oldestSeconds: number | null = null;
  const log = await scanRequests(
    options,
    { names, captures, sessions: false, requests: true },
    (engine) => {
      const [summary, evidence] = [new RequestSummary(), new HintEvidenceBuilder()];
      const compact = new CompactSummary(summary, evidence, names, engine);
      const telling = { stretches: true, ledgers: false };
      const told = new ToldRequest(engine, compact, names, captures, telling);
      return {
        take(request) {
          told.turnTo(request);
          samples.add(told);
        },
        end() {
          oldestSeconds = compact.oldestSeconds;
        },
      };
    },
  );
  if (log === null) return null;
  const read = samples.read();
  return {
    samples: read,
    log: { ...log, folded: log.folded + read.folded },
    selected: read.requests,
    searched: { requests: read.requests, oldestSeconds },
    otherIds: [],
  };
}
