import { UsageError } from "../error.ts";
import { quote } from "../escape.ts";
import type { AmountUnit, CacheCounts, SeriesFamily } from "../report/check_report.ts";
import { amountExamples, parseAmount } from "./amount.ts";
import { normalizeName, reservedNames } from "./series_name.ts";

/** The numbers of a series that a budget may limit. */
export const statistics = ["n", "mean", "min", "p50", "p90", "p95", "p99", "max", "share"] as const;

/** One of `statistics`. */
export type Statistic = (typeof statistics)[number];

/** The relations that a budget may ask for. */
export type Relation = "<" | "<=" | ">" | ">=";

/** What a budget is about. */
export type BudgetSubject =
  | {
      readonly kind: "series";
      readonly family: SeriesFamily;
      /** Normalized, as `normalizeName()` does. */
      readonly name: string;
      /** The two events of a gap or step, normalized; empty for a figure or span. */
      readonly events: readonly string[];
      readonly statistic: Statistic;
    }
  | { readonly kind: "cache"; readonly verdict: keyof CacheCounts }
  | { readonly kind: "problems" };

/** A limit that somebody set. */
export interface Budget {
  /** As it was written. */
  readonly text: string;
  readonly subject: BudgetSubject;
  readonly relation: Relation;
  readonly limit: number;
  readonly unit: AmountUnit;
  /** Where it was written: `--budget`, or a place within a file. */
  readonly place: string;
  /** Why it was set; null if nobody said. */
  readonly why: string | null;
  /** Samples it wants, if it wants other than the rest. */
  readonly minSamples: number | null;
}

const cacheVerdicts: readonly (keyof CacheCounts)[] = ["hit", "partial", "miss", "unknown"];

/**
 * Reads a budget such as `voice_to_voice.p95<3s`, `gap(a→b).p90<100ms`, `cache.hit>80%` or
 * `problems<1%`. `place` tells where it was written.
 *
 * @throws UsageError that says what is wrong with it, and what would be right.
 */
export function parseBudget(text: string, place: string): Budget {
  const refuse = (reason: string) =>
    new UsageError(`Cannot use ${quote(text)} for ${place}: ${reason}`);
  // The last relation is the one: names may hold arrows.
  const match = /^(.*?[^<>=-])?\s*(<=|>=|<|>)([^<>=]*)$/su.exec(text.trim());
  if (match === null) {
    throw refuse("write a name, a relation and a limit, as in voice_to_voice.p95<3s");
  }
  const [, measure = "", relation = "<", limitText = ""] = match;
  const subject = parseSubject(measure.trim(), refuse);
  const units = unitsOf(subject);
  const amount = parseAmount(limitText.trim());
  if (amount === null || !units.includes(amount.unit)) {
    const wanted = units.map((unit) => amountExamples[unit]).join(" or ");
    throw refuse(`its limit is ${wanted}`);
  }
  return {
    text: text.trim(),
    subject,
    relation: relation as Relation,
    limit: amount.value,
    unit: amount.unit,
    place,
    why: null,
    minSamples: null,
  };
}

/** Whether a value is within a budget. */
export function isWithin(
  { relation, limit }: Pick<Budget, "relation" | "limit">,
  value: number,
): boolean {
  if (relation === "<") return value < limit;
  if (relation === "<=") return value <= limit;
  return relation === ">" ? value > limit : value >= limit;
}

/** Whether a budget limits how much may be spent, rather than asks for at least so much. */
export function isUpperLimit({ relation }: Pick<Budget, "relation">): boolean {
  return relation === "<" || relation === "<=";
}

function parseSubject(measure: string, refuse: (reason: string) => UsageError): BudgetSubject {
  if (normalizeName(measure) === "problems") return { kind: "problems" };
  const dot = measure.lastIndexOf(".");
  const [name, statistic] = [measure.slice(0, dot).trim(), measure.slice(dot + 1).trim()];
  if (dot <= 0 || statistic === "" || /[()]/.test(statistic)) {
    throw refuse(
      `name a statistic behind a dot, one of ${statistics.join(" ")}, as in voice_to_voice.p95<3s`,
    );
  }
  const verdict = cacheVerdicts.find((known) => known === statistic.toLowerCase());
  if (normalizeName(name) === "cache" && verdict !== undefined) return { kind: "cache", verdict };
  const known = statistics.find((one) => one === statistic.toLowerCase());
  if (known === undefined) {
    const wanted = normalizeName(name) === "cache" ? cacheVerdicts : statistics;
    throw refuse(`there is no ${quote(statistic)}; it is one of ${wanted.join(" ")}`);
  }
  const series = parseName(name, refuse);
  if (known === "share" && (series.family === "figure" || series.family === "step")) {
    throw refuse("only spans and gaps have a share, of voice-to-voice");
  }
  return { kind: "series", ...series, statistic: known };
}

function parseName(
  name: string,
  refuse: (reason: string) => UsageError,
): { family: SeriesFamily; name: string; events: readonly string[] } {
  const call = /^(\w+)\s*\((.*)\)$/su.exec(name);
  if (call === null) {
    const bare = normalizeName(name);
    return { family: reservedNames.includes(bare) ? "figure" : "span", name: bare, events: [] };
  }
  const [, word = "", inner = ""] = call;
  const family = (["span", "gap", "step"] as const).find((one) => one === word.toLowerCase());
  if (family === undefined) {
    throw refuse(`there is no ${quote(`${word}(…)`)}; write span(NAME), gap(A→B) or step(A→B)`);
  }
  const normalized = normalizeName(inner.trim());
  if (family === "span") return { family, name: normalized, events: [] };
  const events = inner.split(/→|->/).map((event) => event.trim());
  if (events.length < 2 || events.includes("")) {
    throw refuse(`name the two events of a ${family}, as in ${family}(A→B).p90<100ms`);
  }
  return { family, name: normalized, events: events.map(normalizeName) };
}

function unitsOf(subject: BudgetSubject): readonly AmountUnit[] {
  if (subject.kind === "problems") return ["fraction", "count"];
  if (subject.kind === "cache") return ["fraction"];
  if (subject.statistic === "share") return ["fraction"];
  return [subject.statistic === "n" ? "count" : "ms"];
}
