import { describe, expect, test } from "bun:test";
import { LiveRequests } from "../../../lib/request/live_requests.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

const rules = { idleSeconds: 600, quietSeconds: 2, patienceSeconds: 30 };

function turn(id: string, fromMs = 0) {
  return [
    eventAt(fromMs, "stt_transcript_finalized", { id }),
    eventAt(fromMs + 100, "tts_audio_playback_start", { id }),
    eventAt(fromMs + 200, "tts_audio_playback_complete", { id }),
  ];
}

/** Requests that are seen as they happen. */
function live() {
  const requests = new LiveRequests(rules);
  const add = (events: readonly ReturnType<typeof eventAt>[], isBacklog = false) => {
    for (const event of events) requests.add(event, event.timestampSeconds, isBacklog);
  };
  const finished = (afterSeconds: number) =>
    requests
      .takeFinished(startSeconds + afterSeconds)
      .map(({ analysis, isBacklog }) => [
        analysis.trace.id,
        analysis.trace.events.length,
        isBacklog,
      ]);
  return { requests, add, finished };
}

describe("LiveRequests", () => {
  test("finishes an answered request once it is quiet, and once only", () => {
    const { add, finished } = live();
    add(turn("a"));
    expect(finished(1)).toEqual([]);
    expect(finished(2.3)).toEqual([["a", 3, false]]);
    expect(finished(2.4)).toEqual([]);
    add([eventAt(2500, "tts_resume_sent", { id: "a" })]);
    expect(finished(60)).toEqual([]);
  });

  test("waits longer for one that is not answered", () => {
    const { add, finished, requests } = live();
    add(turn("a").slice(0, 2));
    expect(finished(20)).toEqual([]);
    expect(requests.current()?.trace.id).toBe("a");
    expect(finished(30.1)).toEqual([["a", 2, false]]);
    expect(requests.current()).toBeNull();
  });

  test("goes on with one that continues before it was quiet", () => {
    const { add, finished } = live();
    add(turn("a"));
    expect(finished(1.5)).toEqual([]);
    add([eventAt(2000, "tts_audio_playback_start", { id: "a" })]);
    expect(finished(10)).toEqual([]);
    add([eventAt(9000, "tts_audio_playback_complete", { id: "a" })]);
    expect(finished(11.1)).toEqual([["a", 5, false]]);
  });

  test("takes the same id after a long silence for another request", () => {
    const { add, finished } = live();
    add(turn("a"));
    add(turn("a", 700_000));
    expect(finished(800)).toEqual([
      ["a", 3, false],
      ["a", 3, false],
    ]);
  });

  test("hands out those of one look by their starts, and tells which were there before", () => {
    const { add, finished } = live();
    add(turn("b", 500), true);
    add(turn("a").slice(0, 1), true);
    add(turn("a").slice(1));
    expect(finished(60)).toEqual([
      ["a", 3, false],
      ["b", 3, true],
    ]);
  });

  test("orders events that arrive late", () => {
    const { add, requests } = live();
    const [first, second, third] = turn("a");
    for (const event of [third, first, second]) if (event !== undefined) add([event]);
    const names = requests.current()?.trace.events.map(({ name }) => name);
    expect(names).toEqual(turn("a").map(({ name }) => name));
  });

  test("finishes the one silent longest when there are too many", () => {
    const { add, finished } = live();
    for (let index = 0; index < 4_100; index++) {
      add([eventAt(index, "stt_transcript_finalized", { id: `r${index}` })]);
    }
    expect(finished(4.2).map(([id]) => id)).toEqual(["r0", "r1", "r2", "r3"]);
  });
});
