import type {
  NamedSeries,
  NameReport,
  SeriesFamily,
  SummarizedSeries,
} from "../report/check_report.ts";
import { emptySeries, type Series } from "../stats/series.ts";
import { arrow, expressionName, normalizeName } from "./series_name.ts";

/** Every series of a summary: figures, spans, gaps and steps, in the order of the report. */
export function nameSeries({ figures, spans, gaps, steps }: SummarizedSeries): NamedSeries[] {
  const table = (family: SeriesFamily, all: ReadonlyMap<string, Series>): NamedSeries[] =>
    [...all].map(([name, series]) => ({ family, name, series }));
  return [
    { family: "figure", name: "total", series: figures.total },
    { family: "figure", name: "playback", series: figures.playback },
    { family: "figure", name: "processing", series: figures.processing },
    { family: "figure", name: "voice_to_voice", series: figures.voiceToVoice },
    ...table("span", spans),
    ...table("gap", gaps),
    ...table("step", steps),
  ];
}

/** The names that limits may use: the log's, and those of spans that every log may have. */
export function listNames(summary: SummarizedSeries, { spans }: Catalogue): NameReport[] {
  const missing = spans.filter((name) => !summary.spans.has(name));
  const all = nameSeries(summary);
  const absent = missing.map((name) => ({ family: "span" as const, name, series: emptySeries }));
  const firstOther = all.findIndex(({ family }) => family === "gap" || family === "step");
  const place = firstOther < 0 ? all.length : firstOther;
  return all
    .toSpliced(place, 0, ...absent)
    .map((one) => ({ ...one, expression: expressionName(one.family, one.name) }));
}

/** Those of a family that an expression's normalized name means: usually one. */
export function matchSeries(
  all: readonly NamedSeries[],
  family: SeriesFamily,
  name: string,
): NamedSeries[] {
  return all.filter((one) => one.family === family && normalizeName(one.name) === name);
}

/** What can be named whether a log has it or not. */
export interface Catalogue {
  readonly spans: readonly string[];
  readonly events: readonly string[];
}

/** A name that nothing has: as it was written, and what there is instead. */
export interface UnknownName {
  readonly written: string;
  readonly known: readonly string[];
}

/**
 * Whether an expression's name means anything: a series of the log, a span of the catalogue, or a gap or
 * step between two events that are known. Null if it does.
 */
export function findUnknown(
  subject: { family: SeriesFamily; name: string; events: readonly string[] },
  all: readonly NamedSeries[],
  catalogue: Catalogue,
): UnknownName | null {
  const { family, name, events } = subject;
  if (family === "figure" || matchSeries(all, family, name).length > 0) return null;
  if (family === "span") {
    if (catalogue.spans.some((span) => normalizeName(span) === name)) return null;
    const known = all.filter((one) => one.family === "span" || one.family === "figure");
    const names = [...known.map((one) => one.name), ...catalogue.spans].map(normalizeName);
    return { written: name, known: [...new Set(names)] };
  }
  const met = all.filter((one) => one.family === "step").flatMap((one) => one.name.split(arrow));
  const knownEvents = new Set([...met, ...catalogue.events].map(normalizeName));
  if (events.every((event) => knownEvents.has(event))) return null;
  const siblings = all.filter((one) => one.family === family);
  return {
    written: `${family}(${events.join("→")})`,
    known: siblings.map((one) => expressionName(family, one.name)),
  };
}
