import { describe, expect, test } from "bun:test";
import { toPlainMetadata } from "../../../lib/sdk/plain_metadata.ts";

const circle: Record<string, unknown> = {};
circle["self"] = circle;

function nested(levels: number): unknown {
  let value: unknown = {};
  for (let level = 1; level < levels; level++) value = { deeper: value };
  return value;
}

const throwing = {
  get secret(): never {
    throw new Error("no entry");
  },
};

const kept: readonly (readonly [name: string, given: unknown, plain: object])[] = [
  ["nothing", undefined, {}],
  ["null", null, {}],
  ["flat values", { a: 1, b: "x", c: true, d: null }, { a: 1, b: "x", c: true, d: null }],
  ["an undefined member", { a: undefined, b: 1 }, { b: 1 }],
  ["a function", { a: () => 1, b: 1 }, { b: 1 }],
  ["nested values", { a: { b: [1, "x"] } }, { a: { b: [1, "x"] } }],
  ["a date", { a: new Date(0) }, { a: "1970-01-01T00:00:00.000Z" }],
  ["a small bigint", { a: 12n }, { a: 12 }],
  ["a large bigint", { a: 2n ** 64n }, { a: "18446744073709551616" }],
  [
    "an object of a class",
    new (class {
      a = 1;
    })(),
    { a: 1 },
  ],
  ["63 levels", nested(63), nested(63) as object],
];

const lost: readonly (readonly [name: string, given: unknown, reason: RegExp])[] = [
  ["a circle", circle, /circular|cyclic/i],
  ["a list", [1, 2], /must be an object/],
  ["a text", "text", /must be an object/],
  ["a date alone", new Date(0), /must be an object/],
  ["a getter that throws", throwing, /no entry/],
  ["64 levels", nested(64), /63 levels/],
];

describe("toPlainMetadata()", () => {
  test.each(kept)("keeps what JSON can hold: %s", (_name, given, plain) => {
    expect(toPlainMetadata(given)).toEqual(plain as never);
  });

  test.each(lost)("loses only the metadata, and says why: %s", (_name, given, reason) => {
    const plain = toPlainMetadata(given);
    expect(Object.keys(plain)).toEqual(["metadata_error"]);
    expect(plain["metadata_error"]).toMatch(reason);
  });

  test("the tables hold every case", () => {
    expect([kept.length, lost.length]).toEqual([11, 6]);
  });
});
