import { PairNames } from "../event/pair_names.ts";
import { LogScan } from "../log/scan_log.ts";
import { openSingleLog } from "../log/single_log.ts";
import { Tally } from "../log/tally.ts";
import { Collector, summaryCaptureWidth } from "../request/collect.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { compactHintFacts, noFacts } from "../request/hint_facts.ts";
import { RequestTable } from "../request/request_table.ts";
import type { Selection } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { type Analysis, concludeSummary, type ReaderOptions } from "./reading.ts";

/** Longer lines than that are read without the scanner, which keeps room for a whole one. */
const maxScannedLineBytes = 16 * 1024 * 1024;

/**
 * The summary over all requests of one log by the fast way: bytes to numbers, without an object for a
 * line or an event. Null where that way is not open: for a selection, for several logs,
 * lines of any length, or clocks to correct.
 *
 * @throws AccessError if the file cannot be opened or read.
 */
export async function scanSummary(options: ReaderOptions): Promise<Analysis | null> {
  const isPlain = isEmpty(options.selection) && options.correctClocks !== true;
  const isOpen = isPlain && options.maxLineBytes <= maxScannedLineBytes;
  const file = isOpen ? await openSingleLog(options.names) : null;
  if (file === null) return null;
  options.beforeLongWork?.();
  const names = new PairNames();
  const exactOnly = options.strictMetadata ?? false;
  const scan = new LogScan(file, new Tally(), { ...options, exactOnly });
  const { scanner } = scan;
  const summary = new RequestSummary();
  const evidence = new HintEvidenceBuilder();
  const facts = noFacts();
  const table = new RequestTable(scanner, options.idleSeconds, {
    captureWidth: summaryCaptureWidth,
    emit: (request) => {
      const plan = compact.add(request);
      compactHintFacts(request, plan.facts, facts);
      evidence.keep(facts);
    },
  });
  const compact = new CompactSummary(summary, names, scanner.engine);
  const collector = new Collector(table, names, scanner);
  await scan.run(collector);
  table.end();
  compact.end();
  const { requests } = summary;
  const folded = summary.folded + collector.folded;
  return {
    ...concludeSummary(summary, evidence, options),
    log: { ...scan.report(), requests, closedEarly: table.closedEarly, folded },
    selected: requests,
    searched: { requests, oldestSeconds: compact.oldestSeconds },
    otherIds: [],
  };
}

function isEmpty(selection: Selection): boolean {
  return Object.keys(selection).every((condition) => condition === "all");
}
