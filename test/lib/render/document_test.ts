import { describe, expect, test } from "bun:test";
import { JsonDocument } from "../../../lib/render/document.ts";

function written(build: (document: JsonDocument) => void): string {
  let text = "";
  build(
    new JsonDocument("sessions", (piece) => {
      text += piece;
    }),
  );
  return text;
}

describe("JsonDocument", () => {
  test("is a valid document without members", () => {
    expect(JSON.parse(written((document) => document.end({ log: null })))).toEqual({
      schema: 1,
      sessions: [],
      log: null,
    });
  });

  test("addWithList() writes what add() writes of the whole member", () => {
    const members = [
      { id: 'a"b', turns: [{ turn: 1 }, { turn: 2 }] },
      { id: "c", turns: [] },
      { id: "d", turns: [null] },
    ];
    const whole = written((document) => {
      for (const member of members) document.add(member);
      document.end({ log: { lines: 3 } });
    });
    const streamed = written((document) => {
      for (const { turns, ...member } of members) document.addWithList(member, "turns", turns);
      document.end({ log: { lines: 3 } });
    });
    expect(streamed).toBe(whole);
    expect(JSON.parse(streamed).sessions).toEqual(members);
  });
});
