import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { PartReading } from "../../../lib/log/read_part.ts";
import { openSeekable } from "../../../lib/log/seekable_log.ts";
import type { Selection } from "../../../lib/request/select.ts";
import { analyzeFiles, type WholeAnalysis } from "../../support/analysis.ts";
import { temporaryFolder } from "../../support/binary.ts";
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
    const met = { logs: 0, questions: 0, parts: 0, beyond: 0, found: 0, searched: 0, half: 0 };
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
          const sought = await analyzeFiles([path], { ...options, ...blocks, leastUnreadBytes });
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
      { numRuns: logs, seed: Number(process.env["SEED"] ?? 20_251_127) },
    );
    expect([met.logs, met.questions]).toEqual([logs, logs * questionsEach]);
    // A log whose clock stepped back far, or whose lines are shuffled, may hold what no look has met.
    expect(met.beyond).toBeLessThan(met.parts / 5);
    expect(Math.min(met.parts, met.found, met.searched, met.half)).toBeGreaterThan(logs * 3);
  });
});

function isInOrder({ disorderMs, clockStepEvery }: StreamShape): boolean {
  return disorderMs <= 29_000 && clockStepEvery === 0;
}
