import { describe, expect, test } from "bun:test";
import { JsonDocument } from "../../../lib/render/document.ts";

function write(members: readonly unknown[], fields: Readonly<Record<string, unknown>>): string[] {
  const parts: string[] = [];
  const document = new JsonDocument("requests", (text) => parts.push(text));
  for (const member of members) document.add(member);
  document.end(fields);
  return parts;
}

describe("JsonDocument", () => {
  test("is one valid document, one list member a line", () => {
    const text = write([{ a: 1 }, { b: "x\n" }], { summary: { n: 2 }, log: null }).join("");
    expect(text).toBe(
      '{"schema":1,"requests":[\n{"a":1},\n{"b":"x\\n"}\n],\n"summary":{"n":2},\n"log":null}\n',
    );
    expect(JSON.parse(text)).toEqual({
      schema: 1,
      requests: [{ a: 1 }, { b: "x\n" }],
      summary: { n: 2 },
      log: null,
    });
  });

  test("is valid without members and without fields", () => {
    expect(write([], {}).join("")).toBe('{"schema":1,"requests":[]}\n');
    expect(JSON.parse(write([], { summary: null }).join(""))).toEqual({
      schema: 1,
      requests: [],
      summary: null,
    });
  });

  test("writes each member at once, so that a list needs no memory", () => {
    const parts: string[] = [];
    const document = new JsonDocument("sessions", (text) => parts.push(text));
    // Nothing yet: wrong usage must leave no half a document.
    expect(parts).toEqual([]);
    document.add(1);
    expect(parts).toEqual(['{"schema":1,"sessions":[', "\n1"]);
    document.add(2);
    expect(parts[2]).toBe(",\n2");
  });

  test("addWithList() writes what add() writes of the whole member", () => {
    const members = [
      { id: 'a"b', turns: [{ turn: 1 }, { turn: 2 }] },
      { id: "c", turns: [] },
      { id: "d", turns: [null] },
    ];
    const whole = write(members, { log: { lines: 3 } }).join("");
    const parts: string[] = [];
    const document = new JsonDocument("requests", (text) => parts.push(text));
    for (const { turns, ...member } of members) document.addWithList(member, "turns", turns);
    document.end({ log: { lines: 3 } });
    const streamed = parts.join("");
    expect(streamed).toBe(whole);
    expect(JSON.parse(streamed).requests).toEqual(members);
  });
});
