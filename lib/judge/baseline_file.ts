import type {
  Baseline,
  CacheCounts,
  Measures,
  SampledSeries,
  StageSample,
} from "../report/check_report.ts";
import { sampleOf } from "../stats/sample.ts";
import { emptySeries, type Series } from "../stats/series.ts";
import { nameSeries } from "./named_series.ts";

/** Raised when an older program could not read what this one writes. */
export const baselineSchema = 1;
const kind = "timmy-latency baseline";

/** A text that is no baseline that this program can use; the message says why, as a part of a sentence. */
export class BaselineError extends Error {}

/**
 * Writes a baseline as one JSON document: every series, and the samples of those that are compared. One
 * series a line, so that a version control shows what changed.
 */
export function encodeBaseline({ measures, stages, savedAtSeconds, machine }: Baseline): string {
  const { cache, lines, problems, requests, summary } = measures;
  const fields = {
    schema: baselineSchema,
    kind,
    saved_at: savedAtSeconds,
    machine,
    requests,
    lines,
  };
  const series = nameSeries(summary).filter(({ family }) => family !== "step");
  const rows = series.map(
    ({ family, name, series: { n, mean, min, p50, p90, p95, p99, max, share } }) => {
      const stage = stages.find((one) => one.family === family && one.name === name);
      const samples = Array.from(stage?.sample.values ?? []);
      return JSON.stringify({
        family,
        name,
        n,
        mean,
        min,
        p50,
        p90,
        p95,
        p99,
        max,
        share,
        samples,
      });
    },
  );
  const head = JSON.stringify({ ...fields, problems, cache }).slice(0, -1);
  return `${head},"series":[\n${rows.join(",\n")}\n]}\n`;
}

/** Whether a text begins as a baseline does; a log does not. */
export function looksLikeBaseline(opening: string): boolean {
  return /^\s*\{\s*"schema"\s*:/.test(opening);
}

/**
 * Reads a baseline back.
 *
 * @throws BaselineError if it is damaged, of a newer program, or something else.
 */
export function decodeBaseline(text: string): Baseline {
  const document = parse(text);
  const { schema } = document;
  if (document["kind"] !== kind) {
    throw new BaselineError("it is a JSON document, but none that check --save wrote");
  }
  if (!Number.isSafeInteger(schema)) throw damaged("schema");
  if (Number(schema) > baselineSchema) {
    throw new BaselineError(
      `it was saved by a newer timmy-latency (schema ${schema}, this one reads ${baselineSchema}): ` +
        "update this one, or save the baseline anew",
    );
  }
  const rows = listAt(document, "series").map((row, index) => readRow(row, `series[${index}]`));
  return {
    measures: {
      summary: summaryOf(rows),
      cache: document["cache"] === null ? null : readCache(document["cache"]),
      lines: numberAt(document, "lines", ""),
      problems: readCounts(document["problems"], "problems"),
      requests: numberAt(document, "requests", ""),
    },
    stages: rows.flatMap(({ stage }) => (stage === null ? [] : [stage])),
    savedAtSeconds: document["saved_at"] === null ? null : numberAt(document, "saved_at", ""),
    machine: typeof document["machine"] === "string" ? document["machine"] : null,
  };
}

interface Row {
  readonly family: SampledSeries["family"];
  readonly name: string;
  readonly series: Series;
  readonly stage: StageSample | null;
}

type JsonObject = Readonly<Record<string, unknown>>;

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {}
  throw new BaselineError("it is damaged: it does not end as it was written; save it anew");
}

function readRow(row: unknown, place: string): Row {
  if (!isObject(row)) throw damaged(place);
  const family = (["figure", "span", "gap"] as const).find((one) => one === row["family"]);
  const { name } = row;
  if (family === undefined || typeof name !== "string") throw damaged(place);
  const number = (key: string) => (row[key] === null ? null : numberAt(row, key, `${place}.`));
  const series: Series = {
    n: numberAt(row, "n", `${place}.`),
    mean: number("mean"),
    min: number("min"),
    p50: number("p50"),
    p90: number("p90"),
    p95: number("p95"),
    p99: number("p99"),
    max: number("max"),
    share: number("share"),
  };
  const values = listAt(row, "samples", `${place}.`);
  if (!values.every((value) => typeof value === "number" && Number.isFinite(value))) {
    throw damaged(`${place}.samples`);
  }
  const sample = { ...sampleOf(values as readonly number[]), n: series.n, median: series.p50 };
  return { family, name, series, stage: values.length === 0 ? null : { family, name, sample } };
}

function summaryOf(rows: readonly Row[]): Measures["summary"] {
  const of = (family: string) =>
    rows.filter((row) => row.family === family).map(({ name, series }) => [name, series] as const);
  const figures = new Map(of("figure"));
  const figure = (name: string) => figures.get(name) ?? emptySeries;
  return {
    figures: {
      total: figure("total"),
      playback: figure("playback"),
      processing: figure("processing"),
      voiceToVoice: figure("voice_to_voice"),
    },
    spans: new Map(of("span")),
    gaps: new Map(of("gap")),
    steps: new Map(),
  };
}

function readCounts(value: unknown, place: string): Record<string, number> {
  if (!isObject(value)) throw damaged(place);
  const counts = Object.entries(value);
  if (!counts.every(([, count]) => Number.isSafeInteger(count))) throw damaged(place);
  return Object.fromEntries(counts) as Record<string, number>;
}

function readCache(value: unknown): CacheCounts {
  const { hit, partial, miss, unknown } = readCounts(value, "cache");
  const counts = { hit, partial, miss, unknown };
  if (Object.values(counts).includes(undefined)) throw damaged("cache");
  return counts as CacheCounts;
}

function listAt(object: JsonObject, key: string, place = ""): readonly unknown[] {
  const value = object[key];
  if (Array.isArray(value)) return value;
  throw damaged(`${place}${key}`);
}

function numberAt(object: JsonObject, key: string, place: string): number {
  const value = object[key];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw damaged(`${place}${key}`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(place: string): BaselineError {
  return new BaselineError(`it is damaged at ${place}; save it anew`);
}
