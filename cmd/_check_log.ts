import { quote } from "../lib/escape.ts";
import type { Budget } from "../lib/judge/budget_expression.ts";
import { judgeBaseline } from "../lib/judge/judge_baseline.ts";
import { type Damage, judgeCheck } from "../lib/judge/judge_check.ts";
import { findUnknown, nameSeries } from "../lib/judge/named_series.ts";
import { stagesOf } from "../lib/judge/stage_samples.ts";
import { watchBudget } from "../lib/judge/watch_budget.ts";
import type { Measurement } from "../lib/pipeline/conclude_measures.ts";
import { catalogue, measureLog } from "../lib/pipeline/measure_log.ts";
import type { ReaderOptions } from "../lib/pipeline/reading.ts";
import type { CheckReport } from "../lib/report/check_report.ts";
import type { LogReport } from "../lib/report/log_report.ts";
import { describeMachine, loadBaseline } from "./_baseline.ts";
import type { CheckOptions } from "./_check_options.ts";
import { type Arguments, textOf } from "./_command.ts";
import { UnknownWordError } from "./_strict.ts";
import { exceeds, requireTolerance } from "./_values.ts";

/** A log that was judged. */
export interface Checked extends Measurement {
  readonly report: CheckReport;
  readonly damages: readonly Damage[];
}

/**
 * Reads the baseline and the log, each once, and judges them.
 *
 * @throws UnknownWordError for a limit on a name that nothing has.
 * @throws AccessError if one of them cannot be read.
 */
export async function checkLog(
  args: Arguments,
  reader: ReaderOptions,
  { budgets, limits, baseline: path, save }: CheckOptions,
): Promise<Checked> {
  const loaded = path === null ? null : await loadBaseline(path, reader);
  const measurement = await measureLog(reader, {
    watches: budgets.map(watchBudget),
    cache: save !== null || budgets.some(({ subject }) => subject.kind === "cache"),
    sample: save !== null || loaded !== null,
  });
  const { measures, sample, breaches, log } = measurement;
  if (measures.requests > 0) requireKnown(budgets, measurement);
  const stages = sample === null ? [] : stagesOf(sample, measures);
  const damages = [
    ...damageOf(args, log, ""),
    ...(loaded?.log ? damageOf(args, loaded.log, " of the baseline") : []),
  ];
  const baseline = loaded && {
    measures: loaded.baseline.measures,
    judgement: judgeBaseline(loaded.baseline.stages, stages, limits),
    report: {
      file: path ?? "",
      requests: loaded.baseline.measures.requests,
      savedAtSeconds: loaded.baseline.savedAtSeconds,
      isSameMachine:
        loaded.baseline.machine === null ? null : loaded.baseline.machine === describeMachine(),
    },
  };
  const { minSamples } = limits;
  const report = judgeCheck(budgets, { measures, breaches, minSamples, damages, baseline });
  return { ...measurement, report, damages };
}

/**
 * Makes sure that every budget is about something.
 *
 * @throws UnknownWordError for the first that is not, with what there is instead.
 */
function requireKnown(budgets: readonly Budget[], { measures }: Measurement): void {
  const all = nameSeries(measures.summary);
  for (const { text, place, subject } of budgets) {
    if (subject.kind !== "series") continue;
    const unknown = findUnknown(subject, all, catalogue);
    if (unknown === null) continue;
    const { written, known } = unknown;
    const message = `Cannot use ${quote(text)} for ${place}: the log has no ${quote(written)}`;
    throw new UnknownWordError(message, written, known, "check --list prints the names there are");
  }
}

function damageOf(args: Arguments, { problems, lines }: LogReport, which: string): Damage[] {
  const limit = textOf(args, "max-problems") ?? "100%";
  const isTooMuch = exceeds(requireTolerance(limit, "--max-problems"), problems.total, lines);
  const name = `--max-problems ${limit}${which}`;
  return isTooMuch ? [{ name, problems: problems.total, lines }] : [];
}
