import type {
  ComparisonReport,
  SampleComparison,
  StageComparison,
} from "../report/comparison_report.ts";

/** Gaps up to this on both sides are noise between two lines of code, unless they have changed. */
const smallestGapMs = 1;

/** The stages that a person wants to see, by kind, and how many gaps are too small for that. */
export function listStages(report: ComparisonReport): {
  readonly tables: readonly (readonly [kind: string, stages: readonly StageComparison[]])[];
  readonly small: number;
} {
  const gaps = report.gaps.filter(isWorthSeeing);
  return {
    tables: [
      ["figure", report.figures],
      ["span", report.spans],
      ["gap", gaps],
    ],
    small: report.gaps.length - gaps.length,
  };
}

/** The verdict in words: `faster`, `cannot tell (need about 120 more)`, `only before`. */
export function verdictWords(stage: StageComparison): string {
  if (stage.comparison !== null) return comparisonWords(stage.comparison);
  return stage.n.before > 0 ? "only before" : "only after";
}

/** The verdict of a comparison in words. */
export function comparisonWords({ verdict, needMore }: SampleComparison): string {
  return needMore === null ? verdict : `${verdict} (need about ${roundUp(needMore)} more)`;
}

/** A difference with its sign: `−416ms`, `+4.6ms`, `−0.39ms`, `0ms`. */
export function formatDifference(milliseconds: number): string {
  const size = formatMedian(Math.abs(milliseconds));
  if (size === "0ms") return size;
  return `${milliseconds < 0 ? "−" : "+"}${size}`;
}

/** A difference, and which part of the median before it is: `−416ms (−35.0%)`. */
export function formatChange({ difference, medians }: SampleComparison): string {
  const size = formatDifference(difference);
  if (medians.before <= 0 || size === "0ms") return size;
  const percent = ((Math.abs(difference) / medians.before) * 100).toFixed(1);
  return `${size} (${difference < 0 ? "−" : "+"}${percent}%)`;
}

/** Both ends of the interval; `–` where there are too few samples for one. */
export function formatInterval({ interval, pValue }: SampleComparison): string {
  if (pValue === null) return "–";
  return `${formatDifference(interval.low)} … ${formatDifference(interval.high)}`;
}

/** A duration with so many digits that small differences show, or `–` where there is none. */
export function formatMedian(milliseconds: number | null): string {
  if (milliseconds === null) return "–";
  // A hundredth of a millisecond is what logs are good for.
  if (milliseconds < 0.005) return "0ms";
  const digits = milliseconds < 0.995 ? 2 : milliseconds < 99.95 ? 1 : 0;
  return `${milliseconds.toFixed(digits)}ms`;
}

/**
 * What the workload has made of a verdict, a sentence a stage: those whose verdict is another once the
 * workload is held constant. `quoted` writes a name of the log.
 */
export function workloadSentences(
  stages: readonly StageComparison[],
  quoted: (name: string) => string,
): string[] {
  return stages.flatMap(({ name, comparison, adjusted }) => {
    if (comparison === null || adjusted === null || comparison.verdict === adjusted.verdict) {
      return [];
    }
    return [
      `${quoted(name)}: ${comparison.verdict} as it stands, ${adjusted.verdict} with the workload held ` +
        `constant; of the ${formatDifference(adjusted.unadjusted)} the workload makes ` +
        `${formatDifference(adjusted.workload)}`,
    ];
  });
}

/** What the words mean, for below the tables. */
export function legend(report: ComparisonReport): string[] {
  const all = [...report.figures, ...report.spans, ...report.gaps];
  const tested = all.filter(({ comparison }) => (comparison?.pValue ?? null) !== null).length;
  const lines = [
    `faster, slower: significant at 5 % over all ${tested} stages together (rank test, Holm), and the ` +
      "95 % interval of the difference of medians (bootstrap) is on one side of 0",
    "same: the whole interval lies within 5 % of the median before, or within 1ms; or both sides are the " +
      "very same samples",
    "cannot tell: neither, or fewer than 6 samples; need is how many more each side lacks, about",
  ];
  if (report.sampledStages > 0) {
    lines.push(
      `${report.sampledStages} of the stages have over 10 000 samples on a side: medians are those of all, ` +
        "intervals and tests use 10 000 drawn at random",
    );
  }
  if (report.folded > 0) {
    lines.push(
      `${report.folded} samples of further stages are left out: 256 names of a kind are compared`,
    );
  }
  return lines;
}

function isWorthSeeing({ medians, comparison }: StageComparison): boolean {
  if (comparison?.verdict === "faster" || comparison?.verdict === "slower") return true;
  return Math.max(medians.before ?? 0, medians.after ?? 0) > smallestGapMs;
}

/** Up to two digits that count: an estimate has no more. */
function roundUp(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.ceil(count / unit) * unit;
}
