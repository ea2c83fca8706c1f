import { describe, expect, test } from "bun:test";
import { findExchanges } from "../../../lib/request/causal_links.ts";
import { eventAt } from "../../support/events.ts";

function exchangesOf(...names: readonly string[]) {
  return findExchanges(names.map((name, index) => eventAt(index, name)));
}

describe("findExchanges()", () => {
  test("finds hand-offs and the answer to a call, whose last cause is the last work", () => {
    expect(
      exchangesOf(
        "stt_http_request_start",
        "v34_flask_handler_entry",
        "v34_ollama_sent",
        "v34_sending_to_tts",
        "stt_http_response_received",
        "tts_request_received",
      ),
    ).toEqual([
      {
        from: "stt",
        to: "v34",
        hop: { cause: 0, effect: 1 },
        answer: { cause: 3, effect: 4 },
      },
      { from: "v34", to: "tts", hop: { cause: 3, effect: 5 }, answer: null },
    ]);
  });

  test("finds them also where the clocks show another order", () => {
    expect(
      exchangesOf("v34_webhook_received", "stt_sending_to_v34", "stt_http_response_received"),
    ).toEqual([
      { from: "stt", to: "v34", hop: { cause: 1, effect: 0 }, answer: { cause: 0, effect: 2 } },
    ]);
  });

  test("passes over what happened twice, as either could be the cause", () => {
    expect(exchangesOf("stt_sending_to_v34", "stt_sending_to_v34", "v34_webhook_received")).toEqual(
      [],
    );
    expect(
      exchangesOf("stt_sending_to_v34", "v34_webhook_received", "v34_webhook_received"),
    ).toEqual([]);
  });

  test("takes no event of the assistant's own names for work towards the answer", () => {
    const [exchange] = exchangesOf(
      "stt_sending_to_v34",
      "v34_webhook_received",
      "v34_cleaning_up",
      "stt_http_response_received",
    );
    expect(exchange?.answer).toEqual({ cause: 1, effect: 3 });
  });

  test("knows two services by name, and leaves out what is nobody's", () => {
    const handOff = (from: string, to: string) =>
      findExchanges([
        eventAt(0, "stt_sending_to_v34", { service: from }),
        eventAt(1, "v34_webhook_received", { service: to }),
      ]);
    expect(handOff("ears", "brain").map(({ from, to }) => [from, to])).toEqual([["ears", "brain"]]);
    expect(handOff("one", "one")).toEqual([]);
    expect(handOff("unknown", "v34")).toEqual([]);
    expect(handOff("stt", "unknown")).toEqual([]);
  });
});
