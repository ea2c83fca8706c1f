import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import { quoteText } from "./sql.ts";

/** Numbers of series that belong to no plan; those of plans follow. */
export const ownSeries = {
  total: 0,
  playback: 1,
  processing: 2,
  voiceToVoice: 3,
  endpointing: 4,
  load: 5,
  prefill: 6,
  generation: 7,
  /** And those of the further outcomes behind it. */
  outcome: 8,
} as const;

/** The number that samples bear in SQL: odd where only buckets of them are wanted. */
export function sampleNumber(series: number, isExact: boolean): number {
  return series * 2 + (isExact ? 0 : 1);
}

/** Whether such a number is that of a series of which every sample is told. */
export function isToldExactly(sampleNumber: number): boolean {
  return sampleNumber % 2 === 0;
}

/** Before every instant; far enough from both ends of Int64 to be reckoned with. */
const never = "toInt64(-4000000000000000000)";
const latest = 4_000_000_000_000_000;

const oddText = String.raw`\\|.\{|(^|[^0-9.])[0-9]{13}|[0-9]e[-+]`;

/**
 * Whether a request is measured by the plain rules instead: numbers in its metadata cannot be read out
 * of the text with certainty (escapes, objects in objects, exponents, very long numbers), or its times
 * are out of this world.
 */
export const isOdd =
  `(arrayExists(m -> m != '' AND match(m, ${quoteText(oddText)}), metas) ` +
  `OR times[1] < -${latest} OR times[-1] > ${latest})`;

/** The text under a key of metadata, without a doubt if the request is not odd; empty where it is missing. */
export function toldSql(place: string, key: string): string {
  return `visitParamExtractRaw(metas[${place}], ${quoteText(key)})`;
}

/** The number under a key; -1 where there is none. */
function numberSql(place: string, key: string): string {
  return `ifNull(toFloat64OrNull(${toldSql(place, key)}), -1.)`;
}

const instants = (places: string) => `arrayMap(p -> times[p], ${places})`;
const microseconds = (number: string, unit: number) => `toInt64(round((${number}) * ${unit}))`;

/** Endpointing spans, and from where on the listener waits until when; see `computeFigures`. */
const openings = [
  `arrayMap(p -> ${numberSql("p", endpointing.thresholdKey)}, pauses) AS thresholds`,
  `arrayFilter((p, x) -> x >= 0, pauses, thresholds) AS waited`,
  `${instants("waited")} AS wait_to`,
  `arrayMap((e, x) -> e - ${microseconds("x", 1_000_000)}, wait_to, arrayFilter(x -> x >= 0, thresholds)) AS wait_from`,
  `arrayReduce('max', arrayPushFront(arrayFilter(e -> finalized = 0 OR e <= times[finalized], wait_to), ${never})) AS spoken`,
  `if(spoken = ${never}, times[1], arrayReduce('max', arrayFilter((s, e) -> e = spoken, wait_from, wait_to))) AS opening`,
  `arrayFilter(t -> t >= opening, ${instants("audio")}) AS heard_at`,
  `partial = 0 AND length(heard_at) > 0 AS is_heard`,
  `if(is_heard, heard_at[1], ${never}) AS until`,
];

/** Length of the union of playback spans, which come in the order of their starts. */
const playback = [
  `${instants("play_from")} AS play_starts`,
  `${instants("play_to")} AS play_ends`,
  `toInt64(arraySum(arrayMap((s, e, i) -> greatest(toInt64(0), e - greatest(s, arrayReduce('max', ` +
    `arrayPushFront(arraySlice(play_ends, 1, i - 1), ${never})))), play_starts, play_ends, ` +
    `arrayEnumerate(play_ends)))) AS played`,
];

/** Load, prefill and generation of each llm span, laid end to end; see `childrenOf`. */
const children = [
  ...llmChildren.map(
    ({ name, durationKey }) =>
      `arrayMap(p -> greatest(0., ${numberSql("p", durationKey)}), llm_to) AS ${name}_ms`,
  ),
  `arrayMap((f, t, a, b, c) -> times[t] >= times[f] AND (a + b + c) * 1000 <= times[t] - times[f], ` +
    `llm_from, llm_to, load_ms, prefill_ms, generation_ms) AS are_told`,
  `${instants("llm_from")} AS llm_starts`,
  `${instants("llm_to")} AS generation_to`,
  ...[
    ["generation", "prefill"],
    ["prefill", "load"],
    ["load", "waiting"],
  ].map(
    ([name, before]) =>
      `arrayMap((f, e, x) -> greatest(f, e - ${microseconds("x", 1_000)}), llm_starts, ${name}_to, ${name}_ms) ` +
      `AS ${before}_to`,
  ),
];

/** Gaps, each up to where an endpointing span reaches into it; see `findGaps`. */
const gapEnds =
  `arrayMap(n -> arrayReduce('min', arrayPushFront(arrayFilter((s, e) -> e >= n, wait_from, wait_to), n)), ` +
  `${instants("gap_to")}) AS gap_ends`;

/** One sample: the number of its series, from and to which instant, and whether it counts at all. */
const sample = (series: string, from: string, to: string, counts = "1") =>
  `(toUInt32(${series}), toInt64(${from}), toInt64(${to}), toUInt8(${counts}))`;

/** SQL for all samples of a request; `isExact` tells which of our series are told exactly. */
export function samplesSql(isExact: (series: number) => boolean): string {
  const numberOf = (name: keyof typeof ownSeries) =>
    String(sampleNumber(ownSeries[name], isExact(ownSeries[name])));
  const own = (name: keyof typeof ownSeries, from: string, to: string, counts = "1") =>
    sample(numberOf(name), from, to, counts);
  const lists = [
    `arrayMap((s, f, t) -> ${sample("s", "times[f]", "times[t]", "times[t] >= times[f]")}, span_series, span_from, span_to)`,
    `arrayMap((s, f, e) -> ${sample("s", "times[f]", "e", "e > times[f]")}, gap_series, gap_from, gap_ends)`,
    `arrayMap((s, i) -> ${sample("s", "times[i]", "times[i + 1]")}, step_series, arrayEnumerate(step_series))`,
    `arrayMap((f, e) -> ${own("endpointing", "f", "e")}, wait_from, wait_to)`,
    ...(
      [
        ["load", "waiting"],
        ["prefill", "load"],
        ["generation", "prefill"],
      ] as const
    ).map(
      ([name, before]) =>
        `arrayMap((f, e, ok, x) -> ${own(name, "f", "e", "ok AND x > 0")}, ${before}_to, ${name}_to, are_told, ${name}_ms)`,
    ),
    `[${[
      own("total", "times[1]", "times[-1]"),
      own("playback", "0", "played"),
      own("processing", "0", "times[-1] - times[1] - played"),
      own("voiceToVoice", "opening", "until", "is_heard"),
      sample(`${sampleNumber(ownSeries.outcome, true)} + 2 * outcome`, "0", "0"),
    ].join(", ")}]`,
  ];
  return `arrayFilter(x -> tupleElement(x, 4) = 1, arrayConcat(${lists.join(", ")}))`;
}

/** What has to be known of a request, of which `times`, `metas` and its plan are given, to take samples. */
export const sampleSteps: readonly string[] = [...openings, ...playback, ...children, gapEnds];

/** Bits of a float64 that do not tell its bucket; see `Sketch`. */
const sketchShift = 45;

/**
 * SQL for what samples of a series are told apart by: how long they are in microseconds, or, where the
 * number of the series is odd, the bucket of `Sketch` that this falls into; 0 for nothing.
 */
export const sampleKey =
  `if(bitAnd(series, 1) = 0, d, if(d <= 0, toInt64(0), toInt64(bitShiftRight(` +
  `reinterpretAsUInt64(reinterpretAsString(d / 1000000)), ${sketchShift}))))`;
