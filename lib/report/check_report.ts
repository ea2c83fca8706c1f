import type { Sample } from "../stats/sample.ts";
import type { Series } from "../stats/series.ts";
import type { AnalysisSummary } from "./analysis_report.ts";

/** How one limit, or all of them, was met. */
export type CheckVerdict = "pass" | "fail" | "inconclusive";

/** What a number of a verdict is: milliseconds, a part of one, or so many. */
export type AmountUnit = "ms" | "fraction" | "count";

/** One limit, judged. Names in it are the log's and the user's: whoever prints them escapes them. */
export interface CheckItem {
  /** A limit of the user's, a comparison with the baseline, or a log that is damaged too much. */
  readonly kind: "budget" | "baseline" | "log";
  /** The budget as it was written; of a comparison the figure, span or gap as budgets name it. */
  readonly name: string;
  /** What it meant in the log: `hand-off stt→v34`. */
  readonly subject: string;
  readonly verdict: CheckVerdict;
  /** What was found, in a sentence without its verdict. */
  readonly finding: string;
  /** What a reader would ask next, a sentence each: who spent it, what changed. */
  readonly details: readonly string[];
  /** Why somebody set this limit, in their words; null if they did not say. */
  readonly why: string | null;
  /** Samples that the value is drawn from. */
  readonly n: number;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: AmountUnit;
  readonly spentBy: SpenderReport | null;
  readonly change: ChangeReport | null;
}

/** Who took most of the time of the requests that were over a budget. */
export interface SpenderReport {
  /** Requests over the budget, of those that were measured. */
  readonly requests: number;
  readonly of: number;
  /** A span, or unaccounted time by its two events. */
  readonly name: string;
  readonly kind: string;
  /** Its part of their time, a fraction. */
  readonly share: number;
  /** What it took in each of them, on average. */
  readonly meanMs: number;
}

/** How something stands against the baseline. */
export interface ChangeReport {
  readonly beforeN: number;
  readonly afterN: number;
  readonly before: number;
  readonly after: number;
  /** Chance of such a difference, or a larger one, if nothing had changed; null if it was not tested. */
  readonly p: number | null;
}

/** Everything that `check` has to say. */
export interface CheckReport {
  readonly verdict: CheckVerdict;
  readonly items: readonly CheckItem[];
  /** Requests that were judged. */
  readonly requests: number;
  readonly baseline: BaselineReport | null;
}

/** What the log was compared with. */
export interface BaselineReport {
  readonly file: string;
  readonly requests: number;
  /** When it was saved, Unix seconds; null for a log. */
  readonly savedAtSeconds: number | null;
  /** Stretches of time left alone, as they have fewer samples than are asked for. */
  readonly tooFew: number;
  /** Whether it was saved on a machine like this one; null for a log. */
  readonly isSameMachine: boolean | null;
}

/** How often the prompt cache served, by verdict; null where nobody asked. */
export type CacheCounts = Readonly<Record<"hit" | "partial" | "miss" | "unknown", number>>;

/** The series of a summary, by what they measure. */
export type SummarizedSeries = Pick<AnalysisSummary, "figures" | "spans" | "gaps" | "steps">;

/** What a log shows of what budgets may be about. */
export interface Measures {
  readonly summary: SummarizedSeries;
  readonly cache: CacheCounts | null;
  readonly lines: number;
  /** Problems by kind. */
  readonly problems: Readonly<Record<string, number>>;
  /** Requests that were selected. */
  readonly requests: number;
}

/** A figure, span or gap of which samples are kept. */
export interface SampledSeries {
  readonly family: "figure" | "span" | "gap";
  readonly name: string;
}

/** What some requests of a log took, stage by stage. */
export interface RequestSample {
  /** Requests that they were drawn from. */
  readonly of: number;
  readonly series: readonly SampledSeries[];
  /** Of each request pairs of numbers: which of `series`, and milliseconds. */
  readonly requests: readonly Float64Array[];
}

/** The samples of one stage, in milliseconds. */
export interface StageSample extends SampledSeries {
  readonly sample: Sample;
}

/** What is normal, to be compared with. */
export interface Baseline {
  /** Without steps: they are not compared. */
  readonly measures: Measures;
  readonly stages: readonly StageSample[];
  /** When it was saved, Unix seconds; null for a log. */
  readonly savedAtSeconds: number | null;
  /** The kind of machine it was saved on, in words; null for a log. */
  readonly machine: string | null;
}

/** A series of the log that a budget may name. */
export interface NamedSeries {
  readonly family: SeriesFamily;
  /** The log's own name: `hand-off stt→v34`, `a → b`. */
  readonly name: string;
  readonly series: Series;
}

/** What to watch for while a log is read, so that a breach can be explained. */
export interface BreachWatch {
  readonly family: SeriesFamily;
  /** Whether a figure, span, gap or step of that name is watched. */
  readonly matches: (name: string) => boolean;
  /** Whether so long a one is over the limit. */
  readonly isOver: (milliseconds: number) => boolean;
}

/** Who took the time of the requests that were over one budget. */
export interface BreachReport {
  /** The log's own name of what was over it. */
  readonly name: string;
  /** Requests over the budget; one with two such stretches counts twice. */
  readonly requests: number;
  /** By what they took, the largest first. */
  readonly spenders: readonly Omit<SpenderReport, "requests" | "of">[];
}

/** A series, and how limits name it. */
export interface NameReport extends NamedSeries {
  readonly expression: string;
}

/** What a series measures. */
export type SeriesFamily = "figure" | "span" | "gap" | "step";

/** How often a log differs from itself, by the rules of a baseline. */
export interface CalibrationReport {
  readonly splits: number;
  /** Requests that were split, and how many the log has. */
  readonly requests: number;
  readonly of: number;
  /** Splits with a stage that failed. */
  readonly alarms: number;
  /** Of the others, those with a stage that was inconclusive. */
  readonly unclear: number;
  /** False alarms of each stage that had one. */
  readonly byStage: ReadonlyMap<string, number>;
}
