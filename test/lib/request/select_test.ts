import { describe, expect, test } from "bun:test";
import { analyzeRequest, type RequestAnalysis } from "../../../lib/request/describe.ts";
import { minPrefixLength, type Selection, Selector } from "../../../lib/request/select.ts";
import { eventAt, seededRandom, startSeconds } from "../../support/events.ts";

/** A request that starts `second` seconds into made-up time and takes `processing` seconds. */
function request(
  id: string,
  second: number,
  rest: { processing?: number; service?: string; session?: string } = {},
): RequestAnalysis {
  const metadata = rest.session === undefined ? {} : { session_id: rest.session };
  return analyzeRequest({
    id,
    events: [
      eventAt(second * 1000, "stt_hello", { id }),
      eventAt((second + (rest.processing ?? 1)) * 1000, "x_x", {
        id,
        service: rest.service ?? "v34",
        metadata,
      }),
    ],
  });
}

function select(requests: readonly RequestAnalysis[], selection: Selection) {
  const shown: string[] = [];
  const selector = new Selector(selection, ({ trace }) => shown.push(trace.id));
  for (const one of requests) selector.add(one);
  const early = [...shown];
  selector.end();
  const { considered, oldestSeconds, otherIds } = selector;
  const oldest = oldestSeconds === null ? null : oldestSeconds - startSeconds;
  return { shown, early, considered, oldest, otherIds };
}

const five = [
  request("r1", 0, { processing: 5, session: "a" }),
  request("r2", 10, { processing: 1, session: "b", service: "tts" }),
  request("r3", 20, { processing: 9, session: "a" }),
  request("r4", 30, { processing: 9, service: "tts" }),
  request("r5", 40, { processing: 3, session: "a" }),
];

const cases: readonly [what: string, selection: Selection, shown: readonly string[]][] = [
  ["everything", {}, ["r1", "r2", "r3", "r4", "r5"]],
  ["since an instant, itself included", { sinceSeconds: startSeconds + 20 }, ["r3", "r4", "r5"]],
  ["until an instant, itself excluded", { untilSeconds: startSeconds + 20 }, ["r1", "r2"]],
  [
    "between two instants, by start alone",
    { sinceSeconds: startSeconds + 1, untilSeconds: startSeconds + 21 },
    ["r2", "r3"],
  ],
  ["of a service", { service: "tts" }, ["r2", "r4"]],
  ["of a service that every request has", { service: "stt" }, ["r1", "r2", "r3", "r4", "r5"]],
  ["of a service by its whole name", { service: "st" }, []],
  ["of a session", { session: "a" }, ["r1", "r3", "r5"]],
  ["of an unknown session", { session: "x" }, []],
  ["the last two", { tail: 2 }, ["r4", "r5"]],
  ["the last of more than there are", { tail: 9 }, ["r1", "r2", "r3", "r4", "r5"]],
  ["the slowest two, oldest first", { slowest: 2 }, ["r3", "r4"]],
  ["the slowest one, of a tie the earlier", { slowest: 1 }, ["r3"]],
  ["the slowest three", { slowest: 3 }, ["r1", "r3", "r4"]],
  ["the slowest of the last three", { tail: 3, slowest: 1 }, ["r3"]],
  ["the last of a session", { session: "a", tail: 2 }, ["r3", "r5"]],
  [
    "the slowest of a service since",
    { service: "tts", sinceSeconds: startSeconds + 5, slowest: 1 },
    ["r4"],
  ],
  ["an id by name", { request: "r2" }, ["r2"]],
  ["no id by a prefix that is too short", { request: "r" }, []],
  ["an id outside of the scope", { request: "r2", session: "a" }, []],
];

describe("Selector", () => {
  test("in as many cases as the table has rows", () => {
    expect(cases.length).toBe(20);
  });

  test.each(cases)("shows %s", (_, selection, shown) => {
    expect(select(five, selection).shown).toEqual([...shown]);
  });

  test("hands out at once what can be decided at once", () => {
    expect(select(five, { session: "a" }).early).toEqual(["r1", "r3", "r5"]);
    expect(select(five, { tail: 2 }).early).toEqual([]);
    expect(select(five, { slowest: 2 }).early).toEqual([]);
    expect(select(five, { request: "r2" }).early).toEqual([]);
  });

  test("says among how many it looked for a request, and how far back", () => {
    expect(select(five, { request: "r5" })).toMatchObject({ considered: 5, oldest: 0 });
    const since = { request: "r5", sinceSeconds: startSeconds + 5 };
    expect(select(five, since)).toMatchObject({ considered: 4, oldest: 10 });
    expect(select([], { request: "r5" })).toMatchObject({ considered: 0, oldest: null });
  });

  test("keeps the slowest of many as sorting all of them would", () => {
    const random = seededRandom(3);
    const many = Array.from({ length: 4_000 }, (_, index) =>
      request(`r${index}`, index * 100, { processing: Math.floor(random() * 50) }),
    );
    const wanted = [...many]
      .sort((a, b) => b.figures.processingSeconds - a.figures.processingSeconds)
      .slice(0, 7)
      .map(({ trace }) => trace.id);
    expect(select(many, { slowest: 7 }).shown.sort()).toEqual(wanted.sort());
  });
});

describe("Selector by request", () => {
  const ids = [
    request("abcd0001", 0),
    request("abcd0002", 10),
    request("abcd", 20),
    request("abcd0001", 30),
    request("abce0003", 40),
  ];
  const starts = (selection: Selection) => {
    const shown: number[] = [];
    const selector = new Selector(selection, ({ trace }) =>
      shown.push((trace.events[0]?.timestampSeconds ?? 0) - startSeconds),
    );
    for (const one of ids) selector.add(one);
    selector.end();
    return [shown, selector.otherIds];
  };

  test("takes an exact id before a prefix, of any length", () => {
    expect(starts({ request: "abcd" })).toEqual([[20], []]);
    expect(starts({ request: "abcd", all: true })).toEqual([[20], []]);
  });

  test("shows the newest match alone, or all of them, oldest first", () => {
    expect(starts({ request: "abcd0001" })).toEqual([[30], []]);
    expect(starts({ request: "abcd0001", all: true })).toEqual([[0, 30], []]);
  });

  test("takes a prefix of four characters and more, and names the other ids that have it", () => {
    expect(minPrefixLength).toBe(4);
    expect(starts({ request: "abcd0" })).toEqual([[30], ["abcd0002"]]);
    expect(starts({ request: "abcd0", all: true })).toEqual([[0, 10, 30], []]);
    expect(starts({ request: "abce" })).toEqual([[40], []]);
    expect(starts({ request: "abc" })).toEqual([[], []]);
    expect(starts({ request: "abcd0001x" })).toEqual([[], []]);
    expect(starts({ request: "bcd0" })).toEqual([[], []]);
  });

  test("applies tail and slowest to the matches", () => {
    expect(starts({ request: "abcd0", all: true, tail: 2 })).toEqual([[10, 30], []]);
    expect(starts({ request: "abcd0", all: true, slowest: 1 })).toEqual([[0], []]);
  });
});

describe("Selector when the clock stepped back", () => {
  const stepped = [request("late", 90_000), request("early", 10), request("middle", 500)];

  test("still shows those that started last, oldest first", () => {
    expect(select(stepped, { tail: 2 }).shown).toEqual(["middle", "late"]);
    expect(select(stepped, { slowest: 3 }).shown).toEqual(["early", "middle", "late"]);
  });

  test("still takes for the newest match the one that started last", () => {
    const same = [request("abcd0001", 90_000, { session: "new" }), request("abcd0001", 10)];
    expect(select(same, { request: "abcd0001" })).toMatchObject({
      shown: ["abcd0001"],
      oldest: 10,
    });
    const shown: (number | undefined)[] = [];
    const selector = new Selector({ request: "abcd0001" }, ({ trace }) =>
      shown.push(trace.events[0]?.timestampSeconds),
    );
    for (const one of same) selector.add(one);
    selector.end();
    expect(shown).toEqual([startSeconds + 90_000]);
  });
});

describe("what the slowest are chosen from", () => {
  const consideredWith = (selection: Selection) => {
    const order: string[] = [];
    const selector = new Selector(
      selection,
      ({ trace }) => order.push(`shown ${trace.id}`),
      ({ trace }) => order.push(trace.id),
    );
    for (const one of five) selector.add(one);
    selector.end();
    return order;
  };

  test("is known before the first of them is handed out", () => {
    expect(consideredWith({ slowest: 1 })).toEqual(["r1", "r2", "r3", "r4", "r5", "shown r3"]);
  });

  test("is what the other conditions have left", () => {
    expect(consideredWith({ session: "a", slowest: 1 })).toEqual(["r1", "r3", "r5", "shown r3"]);
    expect(consideredWith({ tail: 2, slowest: 1 })).toEqual(["r4", "r5", "shown r4"]);
  });
});
