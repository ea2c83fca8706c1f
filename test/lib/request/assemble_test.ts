import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { RequestAssembler } from "../../../lib/request/assemble.ts";
import type { AssemblerBounds } from "../../../lib/request/bounds.ts";
import type { RequestTrace } from "../../../lib/request/request_trace.ts";
import { eventAt, seededRandom, startSeconds } from "../../support/events.ts";

const idle = 600;
const disorder = 60;

/** Events as `id@second`; the name tells the place in the log, so that none is taken for another. */
function read(...moments: readonly string[]): TimingEvent[] {
  return moments.map((moment, place) => {
    const [id = "", second] = moment.split("@");
    return eventAt(Number(second) * 1000, `stt_${place}`, { id });
  });
}

function show({ id, events }: RequestTrace): string {
  return `${id}@${events.map((event) => event.timestampSeconds - startSeconds).join(",")}`;
}

function assemble(events: readonly TimingEvent[], bounds?: AssemblerBounds, idleSeconds = idle) {
  const traces: RequestTrace[] = [];
  const assembler = new RequestAssembler(idleSeconds, (trace) => traces.push(trace), bounds);
  for (const event of events) assembler.add(event);
  const early = traces.length;
  assembler.end();
  return { traces, shown: traces.map(show), early, closedEarly: assembler.closedEarly };
}

describe("RequestAssembler", () => {
  test("gathers events by id, in time order, ties by place", () => {
    const { traces, shown } = assemble(read("a@0", "b@1", "a@5", "b@5", "a@3", "a@5"));
    expect(shown).toEqual(["a@0,3,5,5", "b@1,5"]);
    expect(traces[0]?.events.map(({ name }) => name)).toEqual(["stt_0", "stt_4", "stt_2", "stt_5"]);
  });

  test("keeps events together up to the idle window, and parts them beyond", () => {
    expect(assemble(read("a@0", "a@600")).shown).toEqual(["a@0,600"]);
    expect(assemble(read("a@0", "a@600.125")).shown).toEqual(["a@0", "a@600.125"]);
    expect(assemble(read("a@0", "a@500", "a@1000", "a@1600")).shown).toEqual(["a@0,500,1000,1600"]);
    expect(assemble(read("a@0", "a@10", "a@21"), undefined, 10).shown).toEqual(["a@0,10", "a@21"]);
  });

  test("takes the same id after a longer silence for another request", () => {
    expect(assemble(read("a@0", "a@9", "b@5000", "a@9000", "a@9001")).shown).toEqual([
      "a@0,9",
      "b@5000",
      "a@9000,9001",
    ]);
  });

  test("joins two requests of an id when a late event closes the silence between them", () => {
    expect(assemble(read("a@0", "a@610", "a@605")).shown).toEqual(["a@0", "a@605,610"]);
    expect(assemble(read("a@0", "a@610", "a@590")).shown).toEqual(["a@0,590,610"]);
  });

  test("hands out a request once the clock has passed it by the idle window and 60 s", () => {
    expect(assemble(read("a@0", "b@660")).early).toBe(0);
    expect(assemble(read("a@0", "b@660", "b@705")).early).toBe(1);
  });

  test("hands out in the order of starts, though ends come in another", () => {
    const long = Array.from({ length: 10 }, (_, index) => `long@${index * 500}`);
    const short = ["x@100", "y@1100", "z@2100"];
    const moments = [...long, ...short].sort(
      (a, b) => Number(a.split("@")[1]) - Number(b.split("@")[1]),
    );
    const { shown } = assemble(read(...moments, "last@9000"));
    expect(shown.map((one) => one.split("@")[0])).toEqual(["long", "x", "y", "z", "last"]);
  });

  test("takes any order within 60 s for the same log", () => {
    let requests = 0;
    let cases = 0;
    let reordered = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const inOrder = Array.from({ length: 120 }, () => Math.floor(random() * 20_000))
        .sort((a, b) => a - b)
        .map((second) => ({ second, id: `id${Math.floor(random() * 6)}` }));
      const delayed = inOrder
        .map((one) => ({ ...one, at: one.second + random() * disorder }))
        .sort((a, b) => a.at - b.at);
      const events = read(...delayed.map(({ id, second }) => `${id}@${second}`));
      const { traces, shown, closedEarly } = assemble(events);
      const wanted = group(events);
      expect([seed, shown]).toEqual([seed, wanted.map(show)]);
      expect(traces.map((trace) => trace.events)).toEqual(wanted.map((trace) => trace.events));
      expect(closedEarly).toBe(0);
      if (delayed.some((one, index) => one.second < (delayed[index - 1]?.second ?? 0))) reordered++;
      requests += shown.length;
      cases++;
    }
    expect(cases).toBe(300);
    expect(reordered).toBeGreaterThan(250);
    expect(requests).toBeGreaterThan(5_000);
  });

  test("gathers what is later than all that it has not read as if it had, in any order", () => {
    let cases = 0;
    let requests = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = seededRandom(seed);
      const moments = Array.from({ length: 900 }, (_, index) => {
        // Some come after their request was closed, some just before; none begins a new stretch of time.
        const late = random() < 0.3 ? random() * 650 : 0;
        return `id${Math.floor(random() * 150)}@${3_000 + index * 5 - late}`;
      });
      const events = read(...moments);
      const unread = events.slice(0, 200 + (seed % 97));
      const rest = events.slice(unread.length);
      const highest = Math.max(...unread.map((event) => event.timestampSeconds));
      const later = ({ events: [first] }: RequestTrace) =>
        (first?.timestampSeconds ?? 0) > highest + idle;
      const wanted = assemble(events).traces.filter(later).map(show);
      expect([seed, assemble(rest).traces.filter(later).map(show)]).toEqual([seed, wanted]);
      requests += wanted.length;
      cases++;
    }
    expect(cases).toBe(150);
    expect(requests).toBeGreaterThan(1_000);
  });

  test("loses nothing and mixes nothing, whatever the clock does and whichever bound is reached", () => {
    const moment = fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 0, max: 20_000 }));
    const small = { openRequests: 2, eventsPerRequest: 5, waitingRequests: 2 };
    let cases = 0;
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 80 }), fc.boolean(), (moments, isSmall) => {
        const events = read(...moments.map(([id, second]) => `${id}@${second}`));
        const { traces } = assemble(events, isSmall ? small : undefined);
        const out = traces.flatMap((trace) => [...trace.events]);
        expect(out.length).toBe(events.length);
        expect(new Set(out)).toEqual(new Set(events));
        for (const { id, events: own } of traces) {
          expect(own.length).toBeGreaterThan(0);
          expect(own.every((event) => event.requestId === id)).toBe(true);
          for (const [index, event] of own.slice(1).entries()) {
            const silence = event.timestampSeconds - (own[index]?.timestampSeconds ?? 0);
            expect(silence).toBeGreaterThanOrEqual(0);
            expect(silence).toBeLessThanOrEqual(idle);
          }
        }
        cases++;
      }),
      { numRuns: 300, seed: 11 },
    );
    expect(cases).toBe(300);
  });
});

/** Requests by sorting everything: by id, by time, cut at every longer silence. */
function group(events: readonly TimingEvent[]): RequestTrace[] {
  const sorted = events
    .map((event, place) => ({ event, place }))
    .sort((a, b) => a.event.timestampSeconds - b.event.timestampSeconds || a.place - b.place);
  const requests: { id: string; events: TimingEvent[] }[] = [];
  const latest = new Map<string, (typeof requests)[number]>();
  for (const { event } of sorted) {
    const own = latest.get(event.requestId);
    const last = own?.events.at(-1)?.timestampSeconds ?? Number.NEGATIVE_INFINITY;
    if (own !== undefined && event.timestampSeconds - last <= idle) {
      own.events.push(event);
      continue;
    }
    const opened = { id: event.requestId, events: [event] };
    requests.push(opened);
    latest.set(event.requestId, opened);
  }
  const startOf = (one: { events: TimingEvent[] }) => one.events[0]?.timestampSeconds ?? 0;
  return requests.sort((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));
}

describe("RequestAssembler when the clock steps back", () => {
  test("begins a new stretch of time and loses nothing of either", () => {
    const { shown } = assemble(
      read("a@90000", "b@90001", "a@90002", "c@10000", "d@10001", "c@10002", "e@12000"),
    );
    expect(shown.sort()).toEqual(
      ["a@90000,90002", "b@90001", "c@10000,10002", "d@10001", "e@12000"].sort(),
    );
  });

  test("keeps an id of both stretches apart", () => {
    const { shown } = assemble(read("a@90000", "a@90001", "a@10000", "a@10001", "z@20000"));
    expect(shown.sort()).toEqual(["a@10000,10001", "a@90000,90001", "z@20000"]);
  });

  test("closes requests of the new stretch by the new clock", () => {
    const { early, shown } = assemble(read("old@90000", "a@10000", "b@11000"));
    // `a` is over by then; `old` may go on once its time comes again.
    expect(early).toBe(1);
    expect(shown).toEqual(["a@10000", "b@11000", "old@90000"]);
    expect(assemble(read("old@90000", "a@10000", "old@90010")).shown).toContain("old@90000,90010");
  });

  test("takes a step of up to the window and 60 s for disorder", () => {
    expect(assemble(read("a@1000", "b@1660", "b@1000")).shown).toEqual([
      "a@1000",
      "b@1000",
      "b@1660",
    ]);
    expect(assemble(read("b@1000", "a@1600", "b@1600")).shown).toEqual(["b@1000,1600", "a@1600"]);
  });
});

describe("RequestAssembler at its bounds", () => {
  const usual = { openRequests: 1_000, eventsPerRequest: 1_000, waitingRequests: 1_000 };

  test("closes the longest idle request when too many are open, and counts it", () => {
    const events = read("a@0", "b@1", "a@2", "c@3", "b@4");
    expect(assemble(events, { ...usual, openRequests: 2 })).toMatchObject({
      closedEarly: 2,
      shown: ["a@0,2", "b@1", "c@3", "b@4"].sort(byStart),
    });
    expect(assemble(events, { ...usual, openRequests: 3 }).closedEarly).toBe(0);
  });

  test("of an id that is open twice closes only the request that is idle", () => {
    const events = read("a@0", "a@650", "b@651", "a@652");
    expect(assemble(events, { ...usual, openRequests: 2 })).toMatchObject({
      closedEarly: 1,
      shown: ["a@0", "a@650,652", "b@651"],
    });
  });

  test("closes the request that is idle longest, though its id has been met again since", () => {
    const events = read("a@0", "b@1", "a@650", "c@651", "a@2");
    expect(assemble(events, { ...usual, openRequests: 3 })).toMatchObject({
      closedEarly: 2,
      shown: ["a@0", "b@1", "a@2", "a@650", "c@651"],
    });
  });

  test("closes what a late event has joined if that is full now", () => {
    const bounds = { ...usual, eventsPerRequest: 3 };
    expect(assemble(read("a@0", "a@1", "a@602", "a@300", "a@301"), bounds)).toMatchObject({
      closedEarly: 1,
      shown: ["a@0,1,602", "a@300,301"],
    });
  });

  test("closes a full request, and goes on with the next event as another", () => {
    const moments = Array.from({ length: 7 }, (_, second) => `a@${second}`);
    const bounds = { ...usual, eventsPerRequest: 3 };
    expect(assemble(read(...moments), bounds)).toMatchObject({
      closedEarly: 2,
      shown: ["a@0,1,2", "a@3,4,5", "a@6"],
    });
    expect(assemble(read(...moments.slice(0, 3)), bounds).closedEarly).toBe(0);
  });

  test("holds no more closed requests than may wait, though time stands still", () => {
    const moments = Array.from({ length: 40 }, () => "a@0");
    const bounds = { ...usual, eventsPerRequest: 2, waitingRequests: 3 };
    const { early, shown } = assemble(read(...moments), bounds);
    expect(shown.length).toBe(20);
    // 19 were closed before the end; up to 3 of them may wait.
    expect(early).toBeGreaterThanOrEqual(16);
  });

  test("does not slow down over ever new ids at one moment", () => {
    const events = Array.from({ length: 100_000 }, (_, id) => eventAt(0, "stt_a", { id: `${id}` }));
    // One look at all that is open for each event would take minutes.
    expect(assemble(events)).toMatchObject({ closedEarly: 100_000 - 65_536 });
  });

  test("has the bounds that are documented", () => {
    const open = Array.from({ length: 65_537 }, (_, index) =>
      eventAt(0, "stt_a", { id: `${index}` }),
    );
    expect(assemble(open.slice(1)).closedEarly).toBe(0);
    expect(assemble(open).closedEarly).toBe(1);
    const full = Array.from({ length: 10_001 }, () => eventAt(0, "stt_a"));
    expect(assemble(full.slice(1)).closedEarly).toBe(0);
    expect(assemble(full).closedEarly).toBe(1);
  });
});

function byStart(a: string, b: string): number {
  const startOf = (text: string) => Number(text.split(/[@,]/)[1]);
  return startOf(a) - startOf(b);
}
