import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PackedText } from "../../../lib/session/packed_text.ts";

describe("PackedText", () => {
  test("gives every text back, whatever its characters", () => {
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom("", "\ud800", "b9daa2eb", "x".repeat(300)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 400 }), (texts) => {
        const packed = new PackedText();
        const handles = texts.map((one) => packed.add(one));
        expect(handles.map((handle) => packed.get(handle))).toEqual(texts);
        expect(handles.every((handle) => handle >>> 0 === handle)).toBe(true);
      }),
    );
  });

  test("goes on in the next block when one is full", () => {
    const packed = new PackedText();
    const texts = Array.from({ length: 30_000 }, (_, index) => index.toString(16).padStart(8, "0"));
    const handles = texts.map((one) => packed.add(one));
    expect(handles.at(-1)).toBeGreaterThan(4 * 64 * 1024);
    expect(handles.map((handle) => packed.get(handle))).toEqual(texts);
  });
});
