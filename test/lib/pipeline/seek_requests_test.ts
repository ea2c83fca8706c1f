import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { PartReading } from "../../../lib/log/read_part.ts";
import { openSeekable } from "../../../lib/log/seekable_log.ts";
import type { Selection } from "../../../lib/request/select.ts";
import { analyzeFiles, type WholeAnalysis } from "../../support/analysis.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { eventAt, startSeconds } from "../../support/events.ts";
import { randomStream, type StreamShape } from "../../support/random_stream.ts";
import { streamLog } from "../../support/stream_log.ts";

setDefaultTimeout(120_000);

const maxLineBytes = 4_000;
/** Events whose lateness is less than this are in order, as far as a reader minds. */
const disorderSeconds = 60;

/** An event as the whole file has it, and where its line ends. */
interface Placed {
  readonly id: string;
  readonly seconds: number;
  readonly end: number;
}

function placesOf(path: string): Placed[] {
  const file = openSeekable([path]);
  if (file === null) throw new Error("no file");
  const reading = new PartReading(file, { maxLineBytes }, { from: 0 });
  const placed: Placed[] = [];
  for (let event = reading.next(); event !== null; event = reading.next()) {
    const { requestId: id, timestampSeconds: seconds } = event;
    placed.push({ id, seconds, end: reading.doneTo });
  }
  file.close();
  return placed;
}

/** All that an answer says but for what was read to find it. */
function answerOf({ requests, summary, selected, otherIds, log }: WholeAnalysis): string {
  return JSON.stringify(
    { requests, summary, tables: tablesOf(summary), selected, otherIds, folded: log.folded },
    null,
    1,
  );
}

function tablesOf({ spans, gaps, steps }: WholeAnalysis["summary"]) {
  return [spans, gaps, steps].map((table) => [...table]);
}

/** Whether what was left unread holds something that belongs into the answer, against all order. */
function isBeyondPromise(
  { requests, log }: WholeAnalysis,
  { sinceSeconds, untilSeconds, request, tail }: Selection,
  placed: readonly Placed[],
  idleSeconds: number,
): boolean {
  const start = requests[0]?.startSeconds;
  if (untilSeconds === undefined) {
    const unread = placed.filter(({ end }) => end <= log.bytes - log.bytesRead);
    const from = sinceSeconds ?? (request === undefined && tail === undefined ? undefined : start);
    return from !== undefined && unread.some(({ seconds }) => seconds >= from - idleSeconds);
  }
  // The part may lie anywhere; what is in it is in order with what is not, or the promise is void.
  const highest = placed.reduce<number[]>((all, { seconds }) => {
    all.push(Math.max(all.at(-1) ?? Number.NEGATIVE_INFINITY, seconds));
    return all;
  }, []);
  return placed.some(({ seconds }, at) => seconds < (highest[at] ?? 0) - disorderSeconds);
}

const logs = 40;
const questionsEach = 37;

const shapes = fc.record({
  seed: fc.nat(),
  events: fc.integer({ min: 150, max: 600 }),
  concurrency: fc.constantFrom(1, 3, 12),
  ids: fc.constantFrom(20, 60, 400),
  stepMs: fc.constantFrom(300, 2_000, 9_000),
  disorderMs: fc.constantFrom(0, 500, 29_000, 29_000, 100_000, 1_000_000),
  clockStepEvery: fc.constantFrom(0, 0, 40, 200),
  clockStepMs: fc.constantFrom(50_000, 400_000, 4_000_000),
  oddPercent: fc.constantFrom(0, 5, 30),
  idleSeconds: fc.constantFrom(5, 30, 300),
  blockBytes: fc.constantFrom(64, 777, 4_096, undefined),
  leastUnreadBytes: fc.constantFrom(2_000, 6_000),
});

/** What to ask of a log, some of it with answers near its end, some without any. */
function questions(placed: readonly Placed[], seed: number): Selection[] {
  const at = (share: number) => placed[Math.floor(share * (placed.length - 1))];
  const [late, middle, early] = [0.97, 0.6, 0.1].map((share) => at(share));
  const last = placed.at(-1);
  const random = at((seed % 997) / 997);
  const ids = [last, late, middle, early, random].map((one) => one?.id ?? "");
  return [
    ...ids.map((request) => ({ request })),
    ...ids.map((id) => ({ request: id.slice(0, 4 + (seed % 5)) })),
    { request: "no such id" },
    { request: "request_id" },
    { request: "000" },
    { tail: 1 },
    { tail: 4 },
    { tail: 25, slowest: 3 },
    { tail: 40 },
    ...[late, middle, early, random].flatMap((one) => {
      const seconds = one?.seconds ?? 0;
      return [
        { sinceSeconds: seconds },
        { sinceSeconds: seconds + 0.5, tail: 3 },
        { untilSeconds: seconds },
        { sinceSeconds: seconds - 40, untilSeconds: seconds + 40 },
        { sinceSeconds: seconds - 100, request: one?.id ?? "" },
      ];
    }),
  ];
}

describe("every seek answers as a reading of the whole file", () => {
  test("for logs of every kind of order, damage and spelling", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const met = {
      logs: 0,
      questions: 0,
      parts: 0,
      beyond: 0,
      found: 0,
      searched: 0,
      half: 0,
      helped: 0,
    };
    await fc.assert(
      fc.asyncProperty(shapes, async ({ idleSeconds, blockBytes, leastUnreadBytes, ...shape }) => {
        const { oddPercent, seed } = shape;
        writeFileSync(path, streamLog(randomStream(shape), { seed, oddPercent }));
        const placed = placesOf(path);
        const isOrderly = isInOrder(shape);
        met.logs++;
        for (const selection of questions(placed, seed)) {
          const options = { maxLineBytes, idleSeconds, selection };
          const blocks = blockBytes === undefined ? {} : { blockBytes };
          const whole = await analyzeFiles([path], { ...options, wholeOnly: true });
          // Some ids are looked for with the help of other threads, from the start.
          const isHelped = "request" in selection && (seed + met.questions) % 8 === 0;
          const crew = { threads: { most: 3, isWish: true, fromBytes: 0 } };
          const sought = await analyzeFiles([path], {
            ...options,
            ...blocks,
            ...(isHelped ? crew : {}),
            leastUnreadBytes,
          });
          if (isHelped && sought.log.scope === "part") met.helped++;
          expect(whole.log.scope).toBe("whole");
          met.questions++;
          if (sought.log.scope === "part") {
            met.parts++;
            if (sought.selected > 0) met.found++;
            if (sought.log.bytesRead < sought.log.bytes / 2) met.half++;
            if (sought.searched.requests === null) met.searched++;
            expect(sought.log.problems.first.every(({ line }) => line === null)).toBe(true);
            if (isBeyondPromise(sought, selection, placed, idleSeconds)) {
              met.beyond++;
              if (isOrderly) throw new Error(`${JSON.stringify(selection)} missed a part in order`);
              continue;
            }
          }
          const [found, wanted] = [answerOf(sought), answerOf(whole)];
          if (found !== wanted) expect(`${JSON.stringify(selection)}: ${found}`).toBe(wanted);
        }
      }),
      { numRuns: logs, seed: 20_251_127 },
    );
    expect([met.logs, met.questions]).toEqual([logs, logs * questionsEach]);
    // A log whose clock stepped back far, or whose lines are shuffled, may hold what no look has met.
    expect(met.beyond).toBeLessThan(met.parts / 5);
    expect(met.helped).toBeGreaterThan(logs / 2);
    expect(Math.min(met.parts, met.found, met.searched, met.half)).toBeGreaterThan(logs * 3);
  });
});

function isInOrder({ disorderMs, clockStepEvery }: StreamShape): boolean {
  return disorderMs <= 29_000 && clockStepEvery === 0;
}

/** A log of `id@second`, one event each; `wanted` is asked of it both ways, which must agree. */
async function askBoth(moments: readonly string[], selection: Selection) {
  using folder = temporaryFolder();
  const path = join(folder.path, "latency.log");
  const lines = moments.map((moment, place) => {
    const [id = "", second] = moment.split("@");
    return encodeEvent(eventAt(Number(second) * 1000, `stt_${place}`, { id }));
  });
  writeFileSync(path, lines.join(""));
  const options = { maxLineBytes, idleSeconds: 10, selection };
  const whole = await analyzeFiles([path], { ...options, wholeOnly: true });
  const seeking = { ...options, leastUnreadBytes: 6_000, blockBytes: 500 };
  const sought = await analyzeFiles([path], seeking);
  expect(answerOf(sought)).toBe(answerOf(whole));
  const shown = sought.requests.map(
    ({ id, startSeconds: start, events }) => `${id}@${round(start)}×${events.length}`,
  );
  return { shown, scope: sought.log.scope, log: sought.log };
}

/** Seconds since made-up time began. */
function round(seconds: number): number {
  return Math.round((seconds - startSeconds) * 1000) / 1000;
}

/** Events of other requests, one a second. */
function others(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `other${from + index}@${from + index}`);
}

describe("a seek", () => {
  test("tells the places of what is damaged from the start of the file", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const line = (second: number) =>
      encodeEvent(eventAt(second * 1000, "stt_x", { id: `id${second}` }));
    const before = Array.from({ length: 300 }, (_, second) => line(second)).join("");
    writeFileSync(path, `${before}{}\n${line(300)}`);
    const selection = { sinceSeconds: startSeconds + 299 };
    const options = { maxLineBytes, idleSeconds: 10, selection, leastUnreadBytes: 6_000 };
    const { log } = await analyzeFiles([path], options);
    const [problem] = log.problems.first;
    expect([log.scope, log.problems.total]).toEqual(["part", 1]);
    expect([problem?.line, problem?.offset, problem?.kind]).toEqual([null, before.length, "field"]);
  });

  test("reads only what it must of a log in order", async () => {
    const moments = [...others(0, 400), "abcd@400", ...others(401, 500)];
    const since = { sinceSeconds: startSeconds + 498 };
    const first = await askBoth(moments, since);
    expect(first.shown).toEqual(["other498@498×1", "other499@499×1"]);
    expect(first.log).toMatchObject({ scope: "part", requests: first.log.events });
    expect(first.log.events).toBeLessThan(110);
    const until = await askBoth(moments, { untilSeconds: startSeconds + 2 });
    expect(until.shown).toEqual(["other0@0×1", "other1@1×1"]);
    expect(until.log.events).toBeLessThan(110);
    const tail = await askBoth(moments, { tail: 2 });
    expect(tail.shown).toEqual(["other498@498×1", "other499@499×1"]);
    expect(tail.log.bytesRead).toBeLessThan(tail.log.bytes / 3);
    const request = await askBoth(moments, { request: "abcd" });
    expect(request.shown).toEqual(["abcd@400×1"]);
    expect(request.log).toMatchObject({ scope: "part", lines: 1, events: 1, requests: 1 });
    expect(request.log.bytesRead).toBeLessThan(request.log.bytes / 2);
    const absent = await askBoth(moments, { request: "abcde" });
    expect(absent.log).toMatchObject({ scope: "part", events: 0, bytesRead: absent.log.bytes });
  });

  test("until a time reads on where the clock has stepped back behind it", async () => {
    const moments = [...others(0, 500), ...others(5, 30).map((one) => `late-${one}`)];
    const { shown, scope } = await askBoth(moments, { untilSeconds: startSeconds + 20 });
    expect([shown.length, scope]).toEqual([20 + 15, "whole"]);
  });

  test("for the last requests sees those that began before", async () => {
    const moments = [...others(0, 390), "long@391", ...others(392, 400), "long@399.5", "short@400"];
    const { shown, scope } = await askBoth([...moments, "long@400.5"], { tail: 2 });
    expect([shown, scope]).toEqual([["other399@399×1", "short@400×1"], "part"]);
    const dense = Array.from({ length: 60 }, (_, index) => `dense${index}@${400 + index / 100}`);
    const chain = ["chain@380", "chain@389", "chain@398", ...dense, "chain@401"];
    const all = [...others(0, 379), ...chain];
    const found = await askBoth(all, { tail: 1 });
    expect([found.shown, found.scope]).toEqual([["dense59@400.59×1"], "part"]);
  });

  test("for the last requests does not take the same id of long before for them", async () => {
    let parts = 0;
    for (let second = 325; second < 345; second++) {
      const moments = [...others(0, second), `again@${second}`, ...others(second + 1, 400)];
      const { shown, scope } = await askBoth([...moments, "again@400"], { tail: 1 });
      expect(shown).toEqual(["again@400×1"]);
      if (scope === "part") parts++;
    }
    expect(parts).toBe(20);
  });

  test("for an id reads all where a late event comes after its request was closed", async () => {
    const moments = [...others(0, 300), "abcd@300", ...others(301, 400), "abcd@303"];
    for (const request of ["abcd", "abc"]) {
      const { shown, scope } = await askBoth(moments, { request });
      expect([shown, scope]).toEqual(request === "abcd" ? [["abcd@303×1"], "whole"] : [[], "part"]);
    }
    const prefixed = [
      ...others(0, 300),
      "abcd1@300",
      "abcd2@302",
      ...others(301, 400),
      "abcd1@303",
    ];
    const { shown, scope } = await askBoth(prefixed, { request: "abcd" });
    expect([shown, scope]).toEqual([["abcd1@303×1"], "whole"]);
  });

  test("for an id takes in what stands an idle window apart, and no more", async () => {
    const moments = [...others(0, 300), "abcd@300", "abcd@310.5", "abcd@320.5", "abcd@330"];
    const { shown, scope } = await askBoth([...moments, ...others(331, 400)], { request: "abcd" });
    expect([shown, scope]).toEqual([["abcd@310.5×3"], "part"]);
  });
});
