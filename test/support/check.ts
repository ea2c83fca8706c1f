import type {
  CheckItem,
  CheckReport,
  Measures,
  StageSample,
} from "../../lib/report/check_report.ts";
import { sampleOf } from "../../lib/stats/sample.ts";
import { emptySeries, type Series, SeriesBuilder, toMilliseconds } from "../../lib/stats/series.ts";
import { seededRandom } from "./events.ts";

/** Names that break out of careless formats: each of them is made of somebody's event names. */
export const hostileNames: readonly string[] = [
  "a|b",
  "`code`",
  "::error title=pwned::gone",
  "x\n::error::pwned",
  "x\r::warning::pwned",
  "]]>",
  "<b>&amp;</b>",
  "%0A::error::pwned",
  "\u001b[31mred",
  "\"quotes\" 'both'",
  "[link](http://example.com) www.example.com @somebody #1",
  "**bold** _it_ ~~gone~~ # not a heading",
  "\ud800 \uffff \u0000 \u202e",
  "- item",
  "1. item",
  "    code",
  "a,b:c",
];

/** A series of durations in milliseconds. */
export function seriesOf(milliseconds: readonly number[], share: number | null = null): Series {
  const builder = new SeriesBuilder();
  for (const one of milliseconds) builder.add(one / 1000);
  return toMilliseconds(builder.summarize(share));
}

/** `count` times the same duration: every percentile is it. */
export function repeated(milliseconds: number, count: number): number[] {
  return Array.from({ length: count }, () => milliseconds);
}

/** What a log shows that has nothing but these series. */
export function measuresOf(
  parts: {
    readonly voiceToVoice?: Series;
    readonly spans?: Readonly<Record<string, Series>>;
    readonly gaps?: Readonly<Record<string, Series>>;
    readonly steps?: Readonly<Record<string, Series>>;
  } & Partial<Omit<Measures, "summary">> = {},
): Measures {
  const { voiceToVoice = emptySeries, spans = {}, gaps = {}, steps = {}, ...rest } = parts;
  return {
    summary: {
      figures: {
        total: emptySeries,
        playback: emptySeries,
        processing: emptySeries,
        voiceToVoice,
      },
      spans: new Map(Object.entries(spans)),
      gaps: new Map(Object.entries(gaps)),
      steps: new Map(Object.entries(steps)),
    },
    cache: null,
    lines: 100,
    problems: {},
    requests: 100,
    ...rest,
  };
}

/** An item of a verdict list. */
export function itemOf(item: Partial<CheckItem>): CheckItem {
  return {
    kind: "budget",
    name: "llm.p50<1s",
    subject: "llm",
    verdict: "pass",
    finding: "p50 is 412ms (n 48)",
    details: [],
    why: null,
    n: 48,
    value: 412,
    limit: 1000,
    unit: "ms",
    spentBy: null,
    change: null,
    ...item,
  };
}

/** The report of such items. */
export function reportOf(
  items: readonly CheckItem[],
  rest: Partial<CheckReport> = {},
): CheckReport {
  const has = (verdict: string) => items.some((item) => item.verdict === verdict);
  const verdict = has("fail") ? "fail" : has("inconclusive") ? "inconclusive" : "pass";
  return { verdict, items, requests: 48, baseline: null, ...rest };
}

/** A report in which every text is hostile, every verdict occurs, and every field is filled. */
export function hostileReport(): CheckReport {
  const verdicts = ["fail", "inconclusive", "pass"] as const;
  const items = hostileNames.flatMap((name) =>
    verdicts.map((verdict) =>
      itemOf({ name, subject: name, verdict, finding: name, details: [name, name], why: name }),
    ),
  );
  const unchanged = itemOf({ kind: "baseline", name: hostileNames.join(), subject: "]]>|`" });
  const baseline = {
    file: hostileNames.join(),
    requests: 1,
    savedAtSeconds: 0,
    tooFew: 3,
    isSameMachine: false,
  };
  return reportOf([...items, unchanged], { baseline });
}

/** Log-normal durations with that median and σ, the same for the same seed. */
export function logNormal(medianMs: number, sigma: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return medianMs * Math.exp(sigma * normal);
  });
}

/** A stage and its samples in milliseconds. */
export function stageOf(
  family: StageSample["family"],
  name: string,
  milliseconds: readonly number[],
): StageSample {
  return { family, name, sample: sampleOf(milliseconds) };
}
