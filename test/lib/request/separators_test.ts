import { describe, expect, test } from "bun:test";
import type { Metadata } from "../../../lib/event/timing_event.ts";
import { analyzeRequest, type RequestAnalysis } from "../../../lib/request/describe.ts";
import { MetadataSample } from "../../../lib/request/metadata_sample.ts";
import { findSeparators, separatorsOf } from "../../../lib/request/separators.ts";
import { eventAt, seededRandom } from "../../support/events.ts";

/** Requests of which every eighth is slow; `metadata` tells what each has. */
function requests(count: number, metadata: (index: number, isSlow: boolean) => Metadata) {
  return Array.from({ length: count }, (_, index): RequestAnalysis => {
    const isSlow = index % 8 === 3;
    const values = metadata(index, isSlow);
    const duration = (isSlow ? 5000 : 1000) + index;
    return analyzeRequest({
      id: `r${index}`,
      events: [eventAt(0, "v34_hello", { metadata: values }), eventAt(duration, "v34_bye")],
    });
  });
}

function sampleOf(analyses: readonly RequestAnalysis[]): MetadataSample {
  const sample = new MetadataSample();
  for (const analysis of analyses) sample.add(analysis);
  return sample;
}

function separate(
  count: number,
  metadata: (index: number, isSlow: boolean) => Metadata,
  wanted = 3,
) {
  const analyses = requests(count, metadata);
  const sample = sampleOf(analyses);
  const found = findSeparators(sample, wanted);
  const told = (index: number) =>
    separatorsOf(analyses[index]?.trace.events ?? [], sample, found ?? []).map(
      ({ event, key, value, measure }) => [event, key, value, measure],
    );
  return { found, slow: told(3), usual: told(4), first: told(0) };
}

describe("findSeparators() and separatorsOf()", () => {
  test("find a number that is larger in slow requests, and tell it of those that have it", () => {
    const { found, slow, first } = separate(40, (index, isSlow) => ({
      prompt_tokens_est: (isSlow ? 2000 : 700) + (index % 7),
    }));
    expect(found).toMatchObject([
      { measure: "median", slowRequests: 5, restRequests: 35, key: { key: "prompt_tokens_est" } },
    ]);
    expect(found?.[0]?.slow).toBeGreaterThan(2000);
    expect(found?.[0]?.rest).toBeLessThan(710);
    expect(slow).toEqual([["v34_hello", "prompt_tokens_est", 2003, "median"]]);
    expect(first).toEqual([]);
  });

  test("find a smaller number as well", () => {
    const { slow } = separate(40, (index, isSlow) => ({ chunks: (isSlow ? 1 : 10) + (index % 3) }));
    expect(slow).toEqual([["v34_hello", "chunks", 1, "median"]]);
  });

  test("find a word, true or false, that slow requests have more often", () => {
    const { found, slow, usual } = separate(40, (_, isSlow) => ({
      model: isSlow ? "large" : "small",
      tail_mode: !isSlow,
    }));
    expect(found?.map(({ value, slow, rest }) => [value, slow, rest])).toEqual([
      ["large", 1, 0],
      [false, 1, 0],
    ]);
    expect(slow).toEqual([
      ["v34_hello", "model", "large", "share"],
      ["v34_hello", "tail_mode", false, "share"],
    ]);
    expect(usual).toEqual([]);
  });

  test("find a key that only slow requests have", () => {
    const { slow } = separate(40, (_, isSlow): Metadata => (isSlow ? { retried: true } : {}));
    expect(slow).toEqual([["v34_hello", "retried", true, "share"]]);
  });

  test("say nothing below 20 requests", () => {
    const planted = (_: number, isSlow: boolean) => ({ model: isSlow ? "large" : "small" });
    expect(separate(19, planted).found).toBeNull();
    expect(separate(20, planted).found).not.toBeNull();
  });

  test("look at neither durations nor names that are hardly ever the same", () => {
    const { found } = separate(40, (index, isSlow) => ({
      duration_ms: isSlow ? 5000 : 1000,
      load_duration_ms: (isSlow ? 5000 : 1000) + index,
      text: `${isSlow ? "s" : `u${index % 9}`}`,
      nested: { model: "x" },
      none: null,
    }));
    expect(found).toEqual([]);
  });

  test("raise a false alarm in no more than 5 % of logs, whatever the number of keys", () => {
    let alarms = 0;
    const logs = 400;
    for (let seed = 1; seed <= logs; seed++) {
      const random = seededRandom(seed);
      const { found } = separate(48, () =>
        Object.fromEntries([
          ...Array.from({ length: 6 }, (_, key) => [`number${key}`, random()]),
          ...Array.from({ length: 4 }, (_, key) => [`word${key}`, random() < 0.4 ? "a" : "b"]),
        ]),
      );
      if ((found?.length ?? 0) > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(logs * 0.05);
    expect(alarms).toBeGreaterThan(0);
  });
});

describe("MetadataSample", () => {
  test("keeps every second, fourth … request, spread evenly over the log", () => {
    const [one] = requests(1, () => ({ at: 1 }));
    const sample = new MetadataSample();
    for (let index = 0; index < 10_000; index++) {
      if (one === undefined) break;
      sample.add({ ...one, figures: { ...one.figures, processingSeconds: index } });
    }
    const kept = sample.requests.map(({ processingSeconds }) => processingSeconds);
    expect(kept.length).toBe(10_000 / 8);
    expect(kept.every((index, place) => index === place * 8)).toBe(true);
  });

  test("knows 128 keys, and of a text its beginning", () => {
    const sample = sampleOf(
      requests(2, (index) =>
        Object.fromEntries(
          Array.from({ length: 100 }, (_, key) => [`k${index} ${key}`, "x".repeat(99)]),
        ),
      ),
    );
    expect(sample.keys.length).toBe(128);
    expect(sample.requests.map(({ values }) => values.size)).toEqual([100, 28]);
    expect(sample.requests[0]?.values.get(0)).toBe("x".repeat(64));
  });

  test("takes names of every object's own for names", () => {
    const sample = sampleOf(
      requests(1, () => JSON.parse('{"__proto__": "a", "constructor": "b"}')),
    );
    expect(sample.keys.map(({ key }) => key)).toEqual(["__proto__", "constructor"]);
    expect([...(sample.requests[0]?.values.values() ?? [])]).toEqual(["a", "b"]);
  });
});
