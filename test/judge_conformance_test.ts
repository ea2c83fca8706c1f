/** What logs are judged and compared by, from bytes and from objects: one log, one answer. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { TimingEvent } from "../lib/event/timing_event.ts";
import { parseBudget } from "../lib/judge/budget_expression.ts";
import { watchBudget } from "../lib/judge/watch_budget.ts";
import type { Measurement, MeasureWants } from "../lib/pipeline/conclude_measures.ts";
import { readMeasures } from "../lib/pipeline/measure_log.ts";
import type { ReaderOptions, Reading } from "../lib/pipeline/reading.ts";
import { readSamples } from "../lib/pipeline/sample_log.ts";
import { scanMeasures } from "../lib/pipeline/scan_measures.ts";
import { scanSamples } from "../lib/pipeline/scan_samples.ts";
import type { BreachWatch } from "../lib/report/check_report.ts";
import { fixtures, runShell, temporaryFolder } from "./support/binary.ts";
import { type Damage, damagedLog, damages } from "./support/damaged_log.ts";
import { eventAt, seededRandom, startSeconds } from "./support/events.ts";
import { randomTrace } from "./support/random_trace.ts";
import { turnsOf, writeEvents } from "./support/turn_log.ts";
import { wildTurns } from "./support/wild_turns.ts";

setDefaultTimeout(120_000);

/** Budgets of all families, some of them kept in every log, some in none. */
const budgets = [
  ...["voice_to_voice.p95<3s", "voice_to_voice.max<1h", "processing.p50<=10ms", "total.max<=0ms"],
  ...["playback.p90<20ms", "llm.p50<1.5s", "llm.max<=1ms", "prefill.p90<40ms", "load.mean<1ms"],
  ...["endpointing.p50<600ms", "span(playback).p50<1s", "retrieval.p50<1h", "nothing.p50<1ms"],
  ...["gap(v34_prompt_built→v34_ollama_sent).max<1ms", "hand_off_stt_v34.p50<5ms"],
  ...["step(v34_ollama_sent→v34_ollama_received).p50<1s", "llm.p50>1s", "llm.share<5%"],
].map((text) => watchBudget(parseBudget(text, "--budget")));

/** Whatever there is of a family, some of it over. */
const families: readonly BreachWatch[] = (["figure", "span", "gap", "step"] as const).flatMap(
  (family) =>
    [-1, 3, 60].map((limitMs) => ({
      family,
      matches: () => true,
      isOver: (milliseconds: number) => milliseconds > limitMs,
    })),
);

const everything: MeasureWants = { watches: [...budgets, ...families], cache: true, sample: true };
const figuresOnly = budgets.filter(({ family }) => family === "figure");
const stepsOnly = families.filter(({ family }) => family === "step");
const allWants: readonly MeasureWants[] = [
  everything,
  { watches: figuresOnly, cache: false, sample: false },
  { watches: stepsOnly, cache: true, sample: false },
  { watches: [], cache: false, sample: true },
  { watches: [], cache: false, sample: false },
];

/** All that an answer says, to the last bit, but for the count of lines that took the long way. */
function tell({ log, ...answer }: Reading): string {
  const { fallbackLines: _, ...told } = log;
  const exact = (_: string, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Float64Array) return Array.from(value, String);
    return typeof value === "number" ? `${Object.is(value, -0) ? "-0" : value}` : value;
  };
  return JSON.stringify({ log: told, ...answer }, exact, 1);
}

/** How both ways are to be compared. */
interface Comparison {
  readonly maxLineBytes?: number;
  readonly blockBytes?: number;
  readonly wants?: readonly MeasureWants[];
}

/** What both ways agree on, as far as the fast one was open. */
interface Agreed {
  readonly measured: Measurement;
  readonly isScanned: boolean;
}

/** Reads a log both ways, for verdicts and for a comparison. */
async function agree(
  names: readonly string[],
  { maxLineBytes = 1024 * 1024, blockBytes, wants = [everything] }: Comparison = {},
): Promise<Agreed> {
  const options: ReaderOptions = { names, idleSeconds: 600, maxLineBytes, selection: {} };
  const inBlocks = blockBytes === undefined ? options : { ...options, blockBytes };
  const scans: boolean[] = [];
  const compare = async (
    plain: Reading,
    fastWay: (of: ReaderOptions) => Promise<Reading | null>,
  ) => {
    const wanted = tell(plain);
    for (const strictMetadata of [false, true]) {
      const fast = await fastWay({ ...inBlocks, strictMetadata });
      scans.push(fast !== null);
      const found = fast === null ? wanted : tell(fast);
      if (found !== wanted) expect(found).toBe(wanted);
    }
  };
  let measured: Measurement | null = null;
  for (const one of wants) {
    const plain = await readMeasures(options, one);
    measured ??= plain;
    await compare(plain, (of) => scanMeasures(of, one));
  }
  for (const withWorkload of [false, true]) {
    const [plain] = await readSamples(options, [{}], withWorkload);
    if (plain === undefined) throw new Error("no samples");
    await compare(plain, (of) => scanSamples(of, withWorkload));
  }
  if (measured === null) throw new Error("nothing is wanted");
  // Which way is open does not depend on what is wanted.
  expect(new Set(scans).size).toBe(1);
  return { measured, isScanned: scans[0] === true };
}

/** Breached requests, and rows that explain them. */
function breachesOf({ breaches }: Measurement): { requests: number; spenders: number } {
  const all = breaches.flat();
  return {
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    spenders: all.reduce((sum, { spenders }) => sum + spenders.length, 0),
  };
}

const samples = readdirSync(fixtures).filter((name) => /\.log(\.gz)?$/.test(name));

describe("both ways agree on", () => {
  test.each(samples)("the sample %s", async (name) => {
    const { measured, isScanned } = await agree([join(fixtures, name)], { wants: allWants });
    expect(isScanned).toBe(true);
    expect(breachesOf(measured).spenders).toBeGreaterThan(20);
    expect(measured.sample?.requests.length).toBe(measured.selected);
    await agree([join(fixtures, name)], { blockBytes: 77 });
  });

  test("the six samples there are", () => {
    expect(samples.length).toBe(6);
  });

  test("turns unlike any sane ones, with every kind of damage", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "damaged.log");
    const done = new Set<Damage>();
    const met = { scanned: 0, requests: 0, breached: 0, spenders: 0, problems: 0, hits: 0 };
    for (let seed = 1; seed <= 120; seed++) {
      const maxLineBytes = [400, 600, 3_000][seed % 3] ?? 400;
      const percent = [0, 5, 30, 90][seed % 4] ?? 10;
      const events = wildTurns(seed, 8 + (seed % 5));
      const shape = { seed, requests: seed % 2 === 0 ? 0 : 6, maxLineBytes, percent };
      const made = damagedLog(seed % 2 === 0 ? { ...shape, events } : shape);
      for (const damage of made.done) done.add(damage);
      writeFileSync(path, made.bytes);
      const { measured, isScanned } = await agree([path], {
        maxLineBytes,
        ...(seed % 5 === 0 ? { blockBytes: 7 + seed } : {}),
        ...(seed % 10 === 0 ? { wants: allWants } : {}),
      });
      const { requests, spenders } = breachesOf(measured);
      const { cache } = measured.measures;
      met.scanned += Number(isScanned);
      met.requests += measured.selected;
      met.breached += requests;
      met.spenders += spenders;
      met.problems += measured.log.problems.total;
      met.hits += (cache?.hit ?? 0) + (cache?.miss ?? 0) + (cache?.partial ?? 0);
    }
    expect([...done].sort()).toEqual([...damages].sort());
    expect(met.scanned).toBe(120);
    expect(Math.min(met.requests, met.problems)).toBeGreaterThan(500);
    expect(Math.min(met.breached, met.spenders)).toBeGreaterThan(5_000);
    expect(met.hits).toBeGreaterThan(20);
  });

  test("ledgers of requests unlike any sane ones, ties of time, odd clocks and all", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "ledgers.log");
    const met = { scanned: 0, spenders: 0, silent: 0, repeated: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const longestTicks = [6, 40, 120, 5_000][seed % 4] ?? 120;
      const isOdd = seed % 3 === 0;
      const events = Array.from({ length: 40 }, (_, index) =>
        randomTrace(seed * 100 + index, longestTicks).map((event) => ({
          ...event,
          requestId: `r${index}`,
          // Sums of some instants are not exact: then the order of adding shows.
          timestampSeconds: isOdd
            ? (event.timestampSeconds - startSeconds) / 10 + index * 7.3
            : event.timestampSeconds + index * 7,
          service: /^(stt|v34|tts)_/.exec(event.name)?.[1] ?? "stt",
        })),
      ).flat();
      // Two spans of one name in a request, of different kinds.
      if (seed % 5 === 0) events.push(...doubles(events[0]?.timestampSeconds ?? 0));
      const ordered = events.toSorted((a, b) => a.timestampSeconds - b.timestampSeconds);
      writeEvents(path, ordered);
      const { measured, isScanned } = await agree([path]);
      met.scanned += Number(isScanned);
      met.spenders += breachesOf(measured).spenders;
      met.silent += measured.measures.summary.figures.total.n;
      met.silent -= measured.measures.summary.figures.voiceToVoice.n;
      met.repeated += Number(seed % 5 === 0);
    }
    expect([met.scanned, met.repeated]).toEqual([40, 8]);
    expect(met.spenders).toBeGreaterThan(1_500);
    expect(met.silent).toBeGreaterThan(150);
  });

  test("more requests and samples than are kept", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "many.log");
    const events = turnsOf(10_500, (turn, index) => {
      turn.sinceLast = 4_000;
      turn.llm += index % 7 === 0 ? 900 : 0;
    });
    writeEvents(path, events);
    const { measured, isScanned } = await agree([path]);
    expect([isScanned, measured.selected]).toEqual([true, 10_500]);
    expect([measured.sample?.requests.length, measured.sample?.of]).toEqual([1_000, 10_500]);
    expect(breachesOf(measured).requests).toBeGreaterThan(10_500);
  });

  test("more names than are kept apart", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "names.log");
    let folded = 0;
    for (const count of [600, 6_000]) {
      const events = Array.from({ length: count }, (_, index) =>
        ["start", "end"].map((end, at) =>
          eventAt(index * 2 + at, `job ${index}_${end}`, { id: `id${index % 40}` }),
        ),
      ).flat();
      writeEvents(path, events);
      const { measured, isScanned } = await agree([path]);
      expect(isScanned).toBe(true);
      folded += measured.log.folded;
    }
    expect(folded).toBeGreaterThan(4_000);
  });

  test("requests of thousands of events", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "long.log");
    const names = ["llm_start", "tool_sent", "v34_hello", "tool_received", "llm_end"];
    const events = [300, 700, 1_500, 3_000].flatMap((count, request) =>
      Array.from({ length: count }, (_, index) =>
        eventAt(request * 1e6 + index, names[index % names.length] ?? "", {
          id: `id${request}`,
          service: "v34",
        }),
      ),
    );
    writeEvents(path, events);
    const { measured, isScanned } = await agree([path]);
    expect([isScanned, measured.selected]).toEqual([true, 4]);
    expect(breachesOf(measured).requests).toBeGreaterThan(4_000);
  });

  test("what a workload is measured by, whatever the metadata", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "workload.log");
    const random = seededRandom(7);
    const odd = [-1, 0, -0, 1e300, "12", null, true, [3], 0.5, 1e-320, undefined];
    const value = (usual: number) =>
      random() < 0.4 ? odd[Math.floor(random() * odd.length)] : Math.floor(random() * usual);
    const events = turnsOf(300, () => {}).flatMap((event): TimingEvent[] => {
      const { name, metadata } = event;
      const more = {
        v34_prompt_built: { prompt_tokens_est: value(4_000) },
        v34_ollama_received: { eval_count: value(300), response_length: value(2_000) },
        v34_retrieval_complete: { num_chunks: value(12) },
      }[name];
      const told = { ...event, metadata: JSON.parse(JSON.stringify({ ...metadata, ...more })) };
      return random() < 0.1 && more !== undefined ? [told, told] : [told];
    });
    writeEvents(path, events);
    const { measured, isScanned } = await agree([path]);
    expect([isScanned, measured.selected]).toEqual([true, 300]);
  });

  test("several logs that follow one another, or overlap, packed or not", async () => {
    const met = { scanned: 0, plain: 0, requests: 0 };
    for (let seed = 1; seed <= 30; seed++) {
      using folder = temporaryFolder();
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const events = wildTurns(seed, 30);
      const files = 1 + pick(4);
      const names = Array.from({ length: files }, (_, index) => {
        const [from, to] = [index, index + 1].map((at) => Math.floor((at * events.length) / files));
        const percent = [0, 0, 3, 20][pick(4)] ?? 0;
        const shape = { seed, requests: 0, maxLineBytes: 3_000, percent };
        const { bytes } = damagedLog({ ...shape, events: events.slice(from, to) });
        const kind = pick(3);
        const path = join(folder.path, `${index}.log${["", ".gz", ".zst"][kind]}`);
        writeFileSync(path, [bytes, gzipSync(bytes), Bun.zstdCompressSync(bytes)][kind] ?? bytes);
        return path;
      });
      const { measured, isScanned } = await agree(names, { maxLineBytes: 3_000 });
      if (isScanned) met.scanned++;
      else met.plain++;
      met.requests += measured.selected;
    }
    expect(met.scanned + met.plain).toBe(30);
    expect(met.scanned).toBeGreaterThan(10);
    expect(met.requests).toBeGreaterThan(500);
  });
});

describe("the fast way is closed", () => {
  test("to selections, clocks to correct and records of others", async () => {
    const names = [join(fixtures, "before.log")];
    const options = { names, idleSeconds: 600, maxLineBytes: 3_000, selection: {} };
    const closed: Partial<ReaderOptions>[] = [
      { selection: { tail: 3 } },
      { selection: { sinceSeconds: 5 } },
      { correctClocks: true },
      { from: "home-assistant" },
      { maxLineBytes: 17 * 1024 * 1024 },
    ];
    for (const one of closed) {
      expect(await scanMeasures({ ...options, ...one }, everything)).toBeNull();
      expect(await scanSamples({ ...options, ...one }, true)).toBeNull();
    }
    expect(await scanMeasures(options, everything)).not.toBeNull();
    expect(await scanSamples(options, true)).not.toBeNull();
    expect(closed.length).toBe(5);
  });
});

describe("the executable", () => {
  const [before, after, conversation] = ["before.log", "after.log", "conversation.log"].map(
    (name) => join(fixtures, name),
  );
  const messy = join(fixtures, "messy.log.gz");
  const kept = "--budget 'voice_to_voice.p95<1h' --budget 'problems<50%' --max-problems 60%";
  const breached =
    "--budget 'voice_to_voice.p95<1s' --budget 'llm.p50<300ms' --budget 'cache.hit>99%' " +
    "--budget 'gap(v34_prompt_built→v34_ollama_sent).max<1ms'";
  /** What to say, in which formats, and how it must end. */
  const cases: readonly [script: string, formats: readonly string[], code: number][] = [
    [`timmy check ${before} ${kept}`, ["text", "json", "markdown", "junit", "github"], 0],
    [`timmy check ${before} ${breached}`, ["text", "json", "markdown", "junit", "github"], 1],
    [`timmy check ${messy} ${kept}`, ["text", "json"], 6],
    [`timmy check ${messy} ${breached}`, ["text", "json"], 4],
    [`timmy check ${before} --budget 'nothing.n>3'`, ["text"], 2],
    [`timmy check ${before} --baseline ${after}`, ["text", "json", "markdown", "junit"], 1],
    [`timmy check ${after} --baseline ${before} ${breached}`, ["text", "json", "github"], 1],
    [`cat ${before} | timmy check - --baseline ${before}`, ["text", "json"], 0],
    [`timmy check ${before} --list`, ["text", "json"], 0],
    [`timmy check ${conversation} --calibrate`, ["text", "json"], 6],
    [`timmy compare ${before} ${after}`, ["text", "json", "markdown"], 0],
    [`timmy compare ${before} ${after} --adjust`, ["text", "json", "markdown"], 0],
    [`timmy compare ${after} ${before} --fail-on slower`, ["text"], 1],
    [`timmy compare ${messy} ${after}`, ["text", "json"], 0],
  ];

  test.each(cases)("says the same whichever way it reads: %s", async (script, formats, code) => {
    let asked = 0;
    for (const format of formats) {
      const [fast, plain] = await Promise.all(
        // Lines of more than 16 MiB are left to the plain way.
        ["16M", "17M"].map((longest) =>
          runShell(`${script} --format ${format} --max-line ${longest}`),
        ),
      );
      const told = ({ stdout, stderr, code }: typeof fast & {}) => ({
        stdout: stdout.replace(/"fallback_lines":\d+/g, ""),
        stderr,
        code,
      });
      if (fast === undefined || plain === undefined) throw new Error("nothing was run");
      expect(told(fast)).toEqual(told(plain));
      expect(fast.code).toBe(code);
      asked++;
    }
    expect(asked).toBeGreaterThan(0);
  });

  test("saves the same baseline", async () => {
    using folder = temporaryFolder();
    const save = async (name: string, longest: string) => {
      const path = join(folder.path, name);
      const { code } = await runShell(
        `timmy check ${messy} --max-problems 60% --save ${path} --max-line ${longest}`,
      );
      expect(code).toBe(0);
      return readFileSync(path, "utf8").replace(/"saved_at":[^,]*,/, "");
    };
    const fast = await save("fast.json", "16M");
    expect(fast).toBe(await save("plain.json", "17M"));
    expect(fast.length).toBeGreaterThan(500);
  });

  test("was asked for all words in all their formats", () => {
    expect(cases.reduce((sum, [, formats]) => sum + formats.length, 0)).toBe(37);
    expect(gunzipSync(readFileSync(messy)).length).toBeGreaterThan(1_000);
  });
});

/** A turn with a playback of its own beside the one that all know, and a stage called llm beside the model. */
function doubles(atSeconds: number): TimingEvent[] {
  const at = (offsetMs: number, name: string, service: string): TimingEvent => ({
    ...eventAt(offsetMs, name, { id: "twice", service }),
    timestampSeconds: atSeconds + offsetMs / 1000,
  });
  return [
    at(0, "stt_transcript_finalized", "stt"),
    at(3, "llm_start", "v34"),
    at(5, "v34_ollama_sent", "v34"),
    at(9, "playback_start", "tts"),
    at(40, "v34_ollama_received", "v34"),
    at(44, "llm_complete", "v34"),
    at(50, "tts_audio_playback_start", "tts"),
    at(60, "playback_complete", "tts"),
    at(90, "tts_audio_playback_complete", "tts"),
  ];
}
