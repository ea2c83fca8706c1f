import { describe, expect, test } from "bun:test";
import type { Metadata } from "../../../lib/event/timing_event.ts";
import { describeModelCall } from "../../../lib/render/gen_ai.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { eventAt } from "../../support/events.ts";

function callOf(sent: Metadata, received: Metadata) {
  const events = [
    eventAt(0, "v34_ollama_sent", { metadata: sent }),
    eventAt(9, "v34_ollama_received", { metadata: received }),
    eventAt(9, "v34_x_start"),
  ];
  const request = describeRequest(analyzeRequest({ id: "a", events }));
  return request.spans.map((span) => describeModelCall(span, request));
}

describe("describeModelCall()", () => {
  test("is null for what is no call of the model", () => {
    const [llm, other, ...none] = callOf({}, {});
    expect(llm?.name).toBe("chat");
    expect(other).toBeNull();
    expect(none).toEqual([]);
  });

  test("takes the model from either event, and counts from the answer first", () => {
    expect(callOf({ model: "a", eval_count: 1 }, { eval_count: 2 })[0]).toMatchObject({
      name: "chat a",
      attributes: { "gen_ai.request.model": "a", "gen_ai.usage.output_tokens": 2 },
    });
    expect(callOf({}, { model: "b" })[0]?.name).toBe("chat b");
  });

  test.each([-1, 1.5, "812", null, true, 1e300])("takes %p for no count", (value) => {
    const [call] = callOf({ model: "" }, { prompt_eval_count: value, toString: 1 });
    expect(call?.attributes["gen_ai.usage.input_tokens"]).toBeUndefined();
    expect(call?.name).toBe("chat");
  });
});
