import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { EventHealth } from "../../../lib/request/event_health.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

const now = startSeconds + 10;

/** The health of requests, each given by its events in any order. */
function healthOf(requests: readonly (readonly TimingEvent[])[], clock: () => number = () => now) {
  const health = new EventHealth(clock);
  for (const events of requests) {
    const ordered = [...events].sort((a, b) => a.timestampSeconds - b.timestampSeconds);
    health.add({ id: "aaaa0001", events: ordered });
  }
  return health.read();
}

describe("writers", () => {
  test("of the last hour are counted by service, with their last event", () => {
    const { writers, lastSeconds } = healthOf([
      [eventAt(0, "stt_x"), eventAt(2000, "v34_x"), eventAt(9000, "stt_y")],
    ]);
    expect(writers).toEqual([
      { service: "stt", events: 2, lastSeconds: startSeconds + 9 },
      { service: "v34", events: 1, lastSeconds: startSeconds + 2 },
    ]);
    expect(lastSeconds).toBe(startSeconds + 9);
  });

  test("of just over an hour ago do not count, those of just under do", () => {
    const hourAgoMs = 10_000 - 3_600_000;
    const { writers, lastSeconds } = healthOf([
      [eventAt(hourAgoMs - 1, "old_x"), eventAt(hourAgoMs + 1, "new_x")],
    ]);
    expect(writers.map(({ service }) => service)).toEqual(["new"]);
    expect(lastSeconds).toBeCloseTo(now - 3600, 2);
  });

  test("beyond 256 are one, other", () => {
    const { writers } = healthOf([
      Array.from({ length: 300 }, (_, index) => eventAt(index, "x", { service: `s${index}` })),
    ]);
    expect(writers.length).toBe(257);
    expect(writers.find(({ service }) => service === "other")?.events).toBe(44);
  });
});

describe("clocks", () => {
  const hop = (offsetMs: number, sizeMs: number) => [
    eventAt(offsetMs, "stt_sending_to_v34"),
    eventAt(offsetMs + sizeMs, "v34_webhook_received"),
  ];

  test("disagree where a hop takes negative time", () => {
    const { clocks } = healthOf([hop(0, -50), hop(1000, -30), hop(2000, -40), hop(3000, 5)]);
    expect(clocks).toEqual([{ name: "stt→v34", n: 3, of: 4, medianMs: expect.closeTo(40, 3) }]);
  });

  test("agree where it takes none, or a little", () => {
    expect(healthOf([hop(0, 0), hop(1000, 1)]).clocks).toEqual([]);
  });

  test("are told by pairs of services", () => {
    const back = [eventAt(100, "v34_sending_to_tts"), eventAt(90, "tts_request_received")];
    const { clocks } = healthOf([[...hop(0, 20), ...back], hop(1000, -1)]);
    expect(clocks.map(({ name, n, of }) => [name, n, of])).toEqual([
      ["stt→v34", 1, 2],
      ["v34→tts", 1, 1],
    ]);
  });
});

describe("order", () => {
  const span = (name: string, startMs: number, endMs: number, ending = ["start", "complete"]) => [
    eventAt(startMs, `${name}_${ending[0]}`),
    eventAt(endMs, `${name}_${ending[1]}`),
  ];

  test("is wrong where received lies before sent", () => {
    const { reversed } = healthOf([
      span("v34_ollama", 500, 300, ["sent", "received"]),
      span("v34_ollama", 0, 700, ["sent", "received"]),
    ]);
    expect(reversed).toEqual([{ name: "llm", n: 1, of: 2, medianMs: expect.closeTo(200, 3) }]);
  });

  test("is wrong in spans of the catalogue and of the writer's own", () => {
    const { reversed } = healthOf([
      [...span("v34_retrieval", 500, 400), ...span("v34_rerank", 900, 800)],
    ]);
    expect(reversed.map(({ name }) => name)).toEqual(["retrieval", "v34_rerank"]);
  });

  test("is right where the end came with the start, or not at all", () => {
    expect(healthOf([span("v34_retrieval", 400, 400)]).reversed).toEqual([]);
    expect(healthOf([[eventAt(0, "v34_retrieval_start")]]).reversed).toEqual([]);
    expect(healthOf([[eventAt(0, "v34_retrieval_complete")]]).reversed).toEqual([]);
  });

  test("is right where the earlier end belongs to an earlier start", () => {
    const spoken = [
      eventAt(0, "tts_synthesis_start"),
      eventAt(100, "tts_audio_playback_start"),
      // Interrupted before it sounded.
      eventAt(200, "tts_synthesis_start"),
    ];
    expect(healthOf([spoken]).reversed).toEqual([]);
  });

  test("is right where an end of the same name is another service's", () => {
    const events = [
      eventAt(0, "load_complete", { service: "a" }),
      eventAt(100, "load_start", { service: "b" }),
    ];
    expect(healthOf([events]).reversed).toEqual([]);
  });
});

describe("the future", () => {
  test("holds what is over a second ahead of the clock", () => {
    const { future, writers } = healthOf([
      [eventAt(10_900, "stt_x"), eventAt(11_100, "v34_x"), eventAt(70_000, "tts_x")],
    ]);
    expect(future).toEqual({
      events: 2,
      services: ["tts", "v34"],
      aheadSeconds: expect.closeTo(60, 3),
    });
    expect(writers.map(({ service }) => service)).toEqual(["stt"]);
  });

  test("does not hold what is written while the log is read", () => {
    let time = now;
    const clock = () => {
      time += 5;
      return time;
    };
    expect(healthOf([[eventAt(18_000, "stt_x")]], clock).future.events).toBe(0);
  });
});

test("nothing at all is nothing to worry about", () => {
  expect(healthOf([])).toEqual({
    lastSeconds: null,
    writers: [],
    clocks: [],
    offsets: [],
    reversed: [],
    future: { events: 0, services: [], aheadSeconds: 0 },
  });
});
