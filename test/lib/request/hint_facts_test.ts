import { describe, expect, test } from "bun:test";
import { Events } from "../../../lib/event/names.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { hintFactsOf } from "../../../lib/request/hint_facts.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

const nothing = {
  calledSeconds: Number.NaN,
  loadMs: Number.NaN,
  prefillMs: Number.NaN,
  promptTokens: Number.NaN,
  configuredSeconds: Number.NaN,
  observedSeconds: Number.NaN,
};
const pause = Events.STT_PAUSE_DETECTED;

describe("hintFactsOf()", () => {
  test("reads the first prompt and the first answer, whatever comes later", () => {
    const facts = hintFactsOf([
      eventAt(0, Events.V34_PROMPT_BUILT, { metadata: { prompt_tokens_est: 600 } }),
      eventAt(1_000, Events.V34_OLLAMA_RECEIVED, {
        metadata: { load_duration_ms: 30, prompt_eval_duration_ms: 270 },
      }),
      eventAt(2_000, Events.V34_PROMPT_BUILT, { metadata: { prompt_tokens_est: 700 } }),
      eventAt(3_000, Events.V34_OLLAMA_RECEIVED, {
        metadata: { load_duration_ms: 50, prompt_eval_duration_ms: 10 },
      }),
    ]);
    expect(facts).toEqual({
      ...nothing,
      calledSeconds: startSeconds + 1,
      loadMs: 30,
      prefillMs: 270,
      promptTokens: 600,
    });
  });

  test("takes the silence from the pause itself, else from the last end of speech before it", () => {
    const set = { pause_threshold: 0.5 };
    const rows: readonly [events: TimingEvent[], observedSeconds: number][] = [
      [[eventAt(0, pause, { metadata: set })], Number.NaN],
      [[eventAt(0, pause, { metadata: { ...set, endpoint_ms: 1_280 } })], 1.28],
      [
        [
          eventAt(0, "stt_speech_ended"),
          eventAt(250, "stt_speech_end"),
          eventAt(1_500, pause, { metadata: set }),
          eventAt(1_750, "stt_speech_ended"),
        ],
        1.25,
      ],
      [
        [
          eventAt(0, "stt_speech_ended"),
          eventAt(1_500, pause, { metadata: { ...set, endpoint_ms: 700 } }),
        ],
        0.7,
      ],
      [[eventAt(0, pause, { metadata: set }), eventAt(9, "stt_speech_ended")], Number.NaN],
    ];
    for (const [events, observedSeconds] of rows) {
      expect(hintFactsOf(events)).toEqual({ ...nothing, configuredSeconds: 0.5, observedSeconds });
    }
    expect(rows.length).toBe(5);
  });

  test("is told nothing by other events, nor by what is no number", () => {
    expect(hintFactsOf([eventAt(0, "stt_x", { metadata: { prompt_tokens_est: 5 } })])).toEqual(
      nothing,
    );
    const built = eventAt(0, Events.V34_PROMPT_BUILT, { metadata: { prompt_tokens_est: "600" } });
    expect(hintFactsOf([built])).toEqual(nothing);
    expect(hintFactsOf([])).toEqual(nothing);
  });
});
