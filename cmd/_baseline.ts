import { existsSync, readFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { isClickHouseAddress } from "../lib/clickhouse/address.ts";
import { AccessError, describeSystemError, UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import {
  BaselineError,
  decodeBaseline,
  encodeBaseline,
  looksLikeBaseline,
} from "../lib/judge/baseline_file.ts";
import { stagesOf } from "../lib/judge/stage_samples.ts";
import { measureLog } from "../lib/pipeline/measure_log.ts";
import type { ReaderOptions } from "../lib/pipeline/reading.ts";
import type { Baseline, Measures, RequestSample } from "../lib/report/check_report.ts";
import type { LogReport } from "../lib/report/log_report.ts";
import { nowSeconds } from "./_reader.ts";
import { openingOf, writeWholeFile } from "./_whole_file.ts";

/** A baseline and, if it is a log, what was read of it. */
export interface LoadedBaseline {
  readonly baseline: Baseline;
  readonly log: LogReport | null;
}

/**
 * Reads what a log is to be compared with: a file that `--save` wrote, or else a log, whole, whatever is
 * selected of the other one.
 *
 * @throws AccessError if it cannot be read, or is neither.
 */
export async function loadBaseline(path: string, options: ReaderOptions): Promise<LoadedBaseline> {
  if (isMissing(path)) {
    const way = "check --save FILE writes one";
    throw new AccessError(`Cannot read the baseline ${path}: there is no such file; ${way}`);
  }
  const opening = openingOf(path);
  if (opening === "") throw new AccessError(`Cannot use the baseline ${path}: it is empty`);
  if (opening !== null && looksLikeBaseline(opening)) {
    return { baseline: decode(path, readFileSync(path, "utf8")), log: null };
  }
  const wants = { watches: [], cache: true, sample: true };
  const { measures, sample, log } = await measureLog(
    { ...options, names: [path], selection: {} },
    wants,
  );
  if (log.events === 0 || sample === null) {
    const reason = "it is neither a summary that check --save wrote nor a log with events";
    throw new AccessError(`Cannot use the baseline ${path}: ${reason}`);
  }
  return {
    baseline: { ...baselineOf(measures, sample), savedAtSeconds: null, machine: null },
    log,
  };
}

/** What has been measured as a baseline of this moment and machine. */
export function baselineOf(measures: Measures, sample: RequestSample): Baseline {
  const stages = stagesOf(sample, measures);
  return { measures, stages, savedAtSeconds: nowSeconds(), machine: describeMachine() };
}

/** The kind of machine that measures: another kind measures otherwise. */
export function describeMachine(): string {
  const all = cpus();
  return `${platform()} ${arch()}, ${all.length} × ${all[0]?.model.trim() || "unknown processor"}`;
}

/**
 * Makes sure that `--save` would overwrite nothing but a baseline.
 *
 * @throws UsageError if the file is something else, such as the log itself.
 */
export function requireSavable(path: string): void {
  if (!existsSync(path)) return;
  const opening = openingOf(path);
  if (opening !== null && (opening === "" || looksLikeBaseline(opening))) return;
  throw new UsageError(
    `Cannot use ${quote(path)} for --save: it is there already, and no baseline; name another file`,
  );
}

/**
 * Writes a baseline, whole or not at all: readers see the old file or the new one.
 *
 * @throws AccessError if it cannot be written.
 */
export function saveBaseline(path: string, baseline: Baseline): void {
  try {
    writeWholeFile(path, encodeBaseline(baseline), 0o644);
  } catch (error) {
    throw new AccessError(`Cannot save the baseline ${path}: ${describeSystemError(error)}`);
  }
}

/** Whether a path means nothing: no file, no server, and no pattern that could mean some. */
function isMissing(path: string): boolean {
  return !isClickHouseAddress(path) && !/[*?[{]/.test(path) && !existsSync(path);
}

function decode(path: string, text: string): Baseline {
  try {
    return decodeBaseline(text);
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    throw new AccessError(`Cannot use the baseline ${path}: ${error.message}`);
  }
}
