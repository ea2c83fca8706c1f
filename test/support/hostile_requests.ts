import fc from "fast-check";
import { Events } from "../../lib/event/names.ts";
import type { Metadata, TimingEvent } from "../../lib/event/timing_event.ts";
import type { RequestReport } from "../../lib/report/request_report.ts";
import { analyzeRequest, describeRequest } from "../../lib/request/describe.ts";
import { startSeconds } from "./events.ts";
import { hostileTexts } from "./hostile_values.ts";

const lone = ["\ud800", "a\udc00", "\\ud800", "\\\ud800", "\udc00\ud800"];
const formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", '=HYPERLINK("x")'];
const keys = ["__proto__", "constructor", "session_id", "prompt_tokens_est", "model", "eval_count"];

/** Texts that a service could use for a name, most of them unwisely. */
export const hostileName = fc.oneof(
  fc.constantFrom(...hostileTexts.filter((text) => text.length < 1000), ...lone, ...formulas),
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
);

const eventName = fc.oneof(
  fc.constantFrom(...Object.values(Events)),
  fc
    .tuple(hostileName, fc.constantFrom("_start", "_complete", "_sent", "_received", ""))
    .map(([stem, ending]) => `${stem}${ending}`),
  fc.constantFrom("a_start", "a_end", "b_start", "b_done", "c_sent", "c_received"),
);

const metadata: fc.Arbitrary<Metadata> = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...keys, "pause_threshold", "eval_duration_ms"), hostileName),
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(), hostileName),
      fc.jsonValue({ maxDepth: 3 }),
      fc.boolean(),
    ),
    { maxLength: 4 },
  )
  .map((members) =>
    Object.fromEntries(members.map(([key, plain, any, isAny]) => [key, isAny ? any : plain])),
  ) as fc.Arbitrary<Metadata>;

const event = fc.record({
  // Few moments, so that spans touch, cover and cross each other.
  milliseconds: fc.oneof(fc.nat(12), fc.double({ min: 0, max: 12, noNaN: true })),
  service: fc.oneof(fc.constantFrom("stt", "v34", "tts"), hostileName, fc.constant("")),
  name: eventName,
  metadata,
});

/** Requests of up to 24 events with hostile names and metadata, as they are analysed. */
export const hostileRequest: fc.Arbitrary<RequestReport> = fc
  .tuple(hostileName, fc.nat(3), fc.array(event, { minLength: 1, maxLength: 24 }))
  .map(([id, begin, events]) => {
    const timed = events.map(
      ({ milliseconds, ...rest }): TimingEvent => ({
        timestampSeconds: startSeconds + begin / 100 + milliseconds / 1000,
        requestId: id,
        ...rest,
      }),
    );
    timed.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
    return describeRequest(analyzeRequest({ id, events: timed }));
  });
