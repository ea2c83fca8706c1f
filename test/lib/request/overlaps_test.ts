import { describe, expect, test } from "bun:test";
import { OverlapFinder } from "../../../lib/request/overlaps.ts";
import type { RequestTrace } from "../../../lib/request/request_trace.ts";
import { eventAt, seededRandom } from "../../support/events.ts";

const from = (id: string, startMs: number, endMs: number): RequestTrace => ({
  id,
  events: [eventAt(startMs, "stt_x", { id }), eventAt(endMs, "stt_y", { id })],
});

function found(traces: readonly RequestTrace[]) {
  const finder = new OverlapFinder();
  for (const trace of traces) finder.add(trace);
  return traces.map((trace) => {
    const { count, longest } = finder.of(trace);
    return {
      count,
      longest: longest.map(({ id, seconds }) => `${id} ${Math.round(seconds * 1000)}`),
    };
  });
}

describe("OverlapFinder", () => {
  test("finds who was under way meanwhile, before or after, and for how long", () => {
    expect(found([from("a", 0, 1000), from("b", 800, 2000), from("c", 2000, 3000)])).toEqual([
      { count: 1, longest: ["b 200"] },
      { count: 1, longest: ["a 200"] },
      { count: 0, longest: [] },
    ]);
  });

  test("names the three that were for longest, and counts all", () => {
    const others = [10, 40, 20, 30].map((ms, index) =>
      from(`o${index}`, 500 + index, 500 + index + ms),
    );
    const [first] = found([from("a", 0, 9000), ...others]);
    expect(first).toEqual({ count: 4, longest: ["o1 40", "o3 30", "o2 20"] });
  });

  test("finds what comparing each with each finds", () => {
    const random = seededRandom(7);
    let at = 0;
    const traces = Array.from({ length: 200 }, (_, index) => {
      at += random() * 300;
      return from(`r${index}`, at, at + random() * 1000);
    });
    const span = ({ events }: RequestTrace) => events.map((event) => event.timestampSeconds);
    const naive = traces.map(
      (one) =>
        traces.filter((other) => {
          const [[start = 0, end = 0], [otherStart = 0, otherEnd = 0]] = [span(one), span(other)];
          return one !== other && Math.max(start, otherStart) < Math.min(end, otherEnd);
        }).length,
    );
    expect(found(traces).map(({ count }) => count)).toEqual(naive);
    expect(Math.max(...naive)).toBeGreaterThan(4);
  });

  test("lets the one that began first go when 256 are under way", () => {
    const many = Array.from({ length: 300 }, (_, index) => from(`r${index}`, index, 100_000));
    const counts = found(many).map(({ count }) => count);
    expect(counts[0]).toBe(256);
    expect(counts[299]).toBe(256);
  });
});
