import { describe, expect, test } from "bun:test";
import { findParents } from "../../../lib/render/otlp_parents.ts";
import type { SpanReport } from "../../../lib/report/request_report.ts";

/** A span of so many milliseconds; null for one without an end. */
function span(start: number, length: number | null, kind = "work", service = "v34"): SpanReport {
  return {
    ...{ name: "x", kind, service, label: null, isSlowest: false },
    startSeconds: 1000 + start / 1000,
    durationMs: length,
    incomplete: length === null,
    ...{ startEvent: null, endEvent: null },
  };
}

describe("findParents()", () => {
  test.each<[string, SpanReport[], (number | null)[]]>([
    ["side by side", [span(0, 5), span(5, 5)], [null, null]],
    ["inside, up to both ends", [span(0, 10), span(0, 4), span(6, 4)], [null, 0, 0]],
    ["in the shortest around it", [span(0, 10), span(1, 8), span(2, 3)], [null, 0, 1]],
    ["the same time, the first around the second", [span(0, 5), span(0, 5)], [null, 0]],
    ["listed before what is around it", [span(1, 2), span(0, 5)], [1, null]],
    ["listed before what begins with it and is longer", [span(0, 2), span(0, 5)], [1, null]],
    ["crossing", [span(0, 5), span(3, 5)], [null, null]],
    ["work of another service", [span(0, 9), span(1, 2, "work", "tts")], [null, null]],
    ["an envelope around another service", [span(0, 9, "envelope", "stt"), span(1, 2)], [null, 0]],
    [
      "an envelope past work of others",
      [span(0, 9, "envelope", "stt"), span(1, 7, "work", "stt"), span(2, 2)],
      [null, 0, 0],
    ],
    ["no hop around it", [span(0, 9, "hop"), span(1, 2)], [null, null]],
    ["no sound around it", [span(0, 9, "playback"), span(1, 2)], [null, null]],
    ["no setting around it", [span(0, 9, "setting"), span(1, 2)], [null, null]],
    ["a span without an end in work", [span(0, 9), span(9, null)], [null, 0]],
    ["nothing in a span without an end", [span(3, null), span(3, null)], [null, null]],
    ["nothing in a span that ends before it starts", [span(3, -4), span(3, 0)], [null, null]],
  ])("%s", (_, spans, parents) => {
    expect(findParents(spans)).toEqual(parents);
  });
});
