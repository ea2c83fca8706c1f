/** One suite over both ways of gathering events into requests: they must not differ in anything. */
import { describe, expect, test } from "bun:test";
import { PairNames } from "../../../lib/event/pair_names.ts";
import { LineScanner } from "../../../lib/event/scanner/line_scanner.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { RequestAssembler } from "../../../lib/request/assemble.ts";
import { type AssemblerBounds, usualBounds } from "../../../lib/request/bounds.ts";
import type { CompactRequest } from "../../../lib/request/compact_request.ts";
import { RequestTable } from "../../../lib/request/request_table.ts";
import { traceSession } from "../../../lib/request/request_trace.ts";
import { eventAt, seededRandom } from "../../support/events.ts";
import { idSpelled, randomStream, type StreamShape } from "../../support/random_stream.ts";

/** A request as both ways can tell it. */
interface Gathered {
  /** Events that had been read when it was handed out. */
  readonly after: number;
  readonly id: string;
  readonly session: string | null;
  readonly events: readonly string[];
}

interface Outcome {
  readonly requests: readonly Gathered[];
  readonly closedEarly: number;
  /** What `mayContinue()` said on the way. */
  readonly answers: readonly boolean[];
}

const scanner = new LineScanner(1024, 1024);

/** Only every third event brings numbers: two, both telling its place. */
const bringsNumbers = (place: number) => place % 3 === 0;

const show = (seconds: number, { service, name }: { service: string; name: string }) =>
  `${service} ${name} @${seconds}`;

function byAssembler(
  stream: readonly TimingEvent[],
  idleSeconds: number,
  bounds: AssemblerBounds,
): Outcome {
  const requests: Gathered[] = [];
  const answers: boolean[] = [];
  let after = 0;
  const assembler = new RequestAssembler(
    idleSeconds,
    (trace) => {
      const events = trace.events.map((event) => show(event.timestampSeconds, event));
      requests.push({ after, id: trace.id, session: traceSession(trace), events });
    },
    bounds,
  );
  for (const event of stream) {
    assembler.add(event);
    after++;
    if (after % 7 === 0) answers.push(asks(assembler, event, after, idleSeconds));
  }
  assembler.end();
  return { requests, closedEarly: assembler.closedEarly, answers };
}

function byTable(
  stream: readonly TimingEvent[],
  idleSeconds: number,
  bounds: AssemblerBounds,
): Outcome {
  const names = new PairNames();
  const requests: Gathered[] = [];
  const answers: boolean[] = [];
  let after = 0;
  const emit = ({ id, events, captured, session }: CompactRequest) => {
    const { count, timestamps, pairs, captures } = events;
    const shown = Array.from({ length: count }, (_, index) => {
      const pair = names.at(pairs[index] ?? -1);
      const place = Number(pair.name.slice(1));
      const capture = captures[index] ?? -1;
      const numbers = capture < 0 ? [] : [captured[capture], captured[capture + 1]];
      const wanted = bringsNumbers(place) ? [place, -place] : [];
      if (!Bun.deepEquals(numbers, wanted)) throw new Error(`${pair.name} has ${numbers}`);
      return show(timestamps[index] ?? Number.NaN, pair);
    });
    requests.push({ after, id, session, events: shown });
  };
  const wishes = { captureWidth: 2, sessions: true, emit };
  const table = new RequestTable(scanner, idleSeconds, wishes, bounds);
  for (const [place, event] of stream.entries()) {
    const pair = names.numberOf(event.service, event.name);
    table.takeEvent(event, pair, bringsNumbers(place) ? [place, -place] : null);
    after++;
    if (after % 7 === 0) answers.push(asks(table, event, after, idleSeconds));
  }
  table.end();
  return { requests, closedEarly: table.closedEarly, answers };
}

function asks(
  gatherer: Pick<RequestTable, "mayContinue">,
  { timestampSeconds }: TimingEvent,
  after: number,
  idleSeconds: number,
): boolean {
  const before = timestampSeconds - (after % 5) * 10;
  return gatherer.mayContinue(before, timestampSeconds + (after % 3) * idleSeconds);
}

/** Runs both ways over a stream; they must agree. */
function agree(stream: readonly TimingEvent[], idleSeconds: number, bounds = usualBounds): Outcome {
  const wanted = byAssembler(stream, idleSeconds, bounds);
  const found = byTable(stream, idleSeconds, bounds);
  // Compared whole only once it is known that they differ: that costs more than all the rest.
  if (!Bun.deepEquals(found, wanted)) expect(found).toEqual(wanted);
  return wanted;
}

/** What was met over a run of cases. */
interface Met {
  cases: number;
  requests: number;
  closedEarly: number;
  sessions: number;
  handedOutEarly: number;
  true: number;
  false: number;
}

function count(met: Met, { requests, closedEarly, answers }: Outcome, events: number): void {
  met.cases++;
  met.requests += requests.length;
  met.closedEarly += closedEarly;
  met.sessions += requests.filter(({ session }) => session !== null).length;
  met.handedOutEarly += requests.filter(({ after }) => after < events).length;
  for (const answer of answers) met[`${answer}`]++;
}

const nothing = (): Met => ({
  cases: 0,
  requests: 0,
  closedEarly: 0,
  sessions: 0,
  handedOutEarly: 0,
  true: 0,
  false: 0,
});

const calm: Omit<StreamShape, "seed"> = {
  events: 1_500,
  concurrency: 3,
  ids: 2_000,
  stepMs: 400,
  disorderMs: 0,
  clockStepEvery: 0,
  clockStepMs: 0,
};

/** Shapes of streams, each a danger of its own. */
const shapes: Readonly<Record<string, Partial<StreamShape>>> = {
  "one request at a time": { concurrency: 1 },
  "300 at a time": { concurrency: 300, events: 3_000 },
  "disorder within a minute": { disorderMs: 60_000, concurrency: 20 },
  "disorder of hours": { disorderMs: 7_200_000, concurrency: 20, stepMs: 3_000 },
  "ids that come again": { ids: 9, stepMs: 60_000, disorderMs: 300_000 },
  "two ids": { ids: 2, stepMs: 400_000, disorderMs: 3_000_000 },
  "a clock that steps": { clockStepEvery: 100, clockStepMs: 5_000_000, stepMs: 2_000 },
  "all at once": { stepMs: 0, concurrency: 30 },
  "all of it": {
    ids: 40,
    concurrency: 60,
    stepMs: 8_000,
    disorderMs: 900_000,
    clockStepEvery: 80,
    clockStepMs: 3_000_000,
  },
};

describe("RequestTable and RequestAssembler gather the same requests", () => {
  test.each(Object.entries(shapes))("of %s", (_, shape) => {
    const met = nothing();
    for (let seed = 1; seed <= 12; seed++) {
      const stream = randomStream({ ...calm, ...shape, seed });
      for (const idleSeconds of [600, 10, 0]) count(met, agree(stream, idleSeconds), stream.length);
    }
    expect([met.cases, met.closedEarly]).toEqual([36, 0]);
    expect(met.requests).toBeGreaterThan(36);
    expect(met.sessions).toBeGreaterThan(36);
    // Where the time stands still nothing is ever due.
    expect(met.handedOutEarly > 36).toBe(shape.stepMs !== 0);
  });

  test("whatever the bounds, of whatever stream", () => {
    const met = nothing();
    const full = { open: 0, events: 0 };
    for (let seed = 1; seed <= 400; seed++) {
      const random = seededRandom(seed * 7_919);
      const pick = (count: number) => Math.floor(random() * count);
      const stream = randomStream({
        seed,
        events: 200 + pick(600),
        concurrency: 1 + pick(40),
        ids: 1 + pick(60),
        stepMs: 10 ** (1 + pick(5)),
        disorderMs: pick(2) * 10 ** (2 + pick(5)),
        clockStepEvery: pick(2) * (20 + pick(200)),
        clockStepMs: 10 ** (4 + pick(4)),
      });
      const bounds = {
        openRequests: pick(3) === 0 ? 1_000_000 : 1 + pick(20),
        eventsPerRequest: pick(3) === 0 ? 1_000_000 : 1 + pick(40),
        waitingRequests: pick(3) === 0 ? 1_000_000 : pick(12),
      };
      const idleSeconds = [600, 60, 5, 0.5, 0][pick(5)] ?? 600;
      const outcome = agree(stream, idleSeconds, bounds);
      count(met, outcome, stream.length);
      if (outcome.closedEarly === 0) continue;
      if (bounds.openRequests <= 20) full.open++;
      if (bounds.eventsPerRequest <= 40) full.events++;
    }
    expect(met.cases).toBe(400);
    expect(met.closedEarly).toBeGreaterThan(4_000);
    expect(Math.min(full.open, full.events)).toBeGreaterThan(60);
    expect(Math.min(met.true, met.false)).toBeGreaterThan(2_000);
  });

  test("when a late event bridges the silence between several of one id", () => {
    let bridged = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      // Islands of one id further apart than the idle window, then events into the water between.
      const islands = Array.from({ length: 60 }, () => pick(4) * 15_000 + pick(3) * 1_000);
      const between = Array.from({ length: 20 }, () => pick(60) * 1_000);
      const moments = [...islands, ...between, ...islands.slice(0, 20)];
      const stream = moments.map((ms, place) =>
        eventAt(ms, `e${place}`, { id: idSpelled(pick(2)), service: "stt" }),
      );
      const bounds = { ...usualBounds, eventsPerRequest: [7, 20, 1_000][pick(3)] ?? 7 };
      const before = agree(stream.slice(0, islands.length), 10, bounds).requests.length;
      const after = agree(stream, 10, bounds).requests.length;
      if (after < before) bridged++;
    }
    expect(bridged).toBeGreaterThan(90);
  });

  test("in a log whose ids fill the buckets many times over", () => {
    const stream = randomStream({
      ...calm,
      seed: 5,
      events: 16_000,
      ids: 20_000,
      concurrency: 9_000,
    });
    const { requests } = agree(stream, 600);
    expect(requests.length).toBeGreaterThan(6_000);
  });

  test("in one request of thousands of events, in reverse", () => {
    const stream = Array.from({ length: 5_000 }, (_, place) =>
      eventAt((5_000 - place) * 10, `e${place}`, { id: "a", service: "stt" }),
    );
    expect(agree(stream, 600).requests.length).toBe(1);
    const bounds = { ...usualBounds, eventsPerRequest: 999 };
    expect(agree(stream, 600, bounds).requests.length).toBe(6);
  });
});

test("random streams bring every kind of id", () => {
  const ids = new Set(Array.from({ length: 900 }, (_, number) => idSpelled(number)));
  expect([...ids].filter((id) => id.length > 16).length).toBeGreaterThan(100);
  expect([...ids].filter((id) => Buffer.byteLength(id) > id.length).length).toBeGreaterThanOrEqual(
    300,
  );
  expect([...ids].filter((id) => id.length === 17).length).toBeGreaterThan(10);
  expect([...ids].filter((id) => id.length === 16).length).toBeGreaterThan(90);
});
