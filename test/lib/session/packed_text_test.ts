import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { maxBufferBytes } from "../../../lib/session/growing_buffer.ts";
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

  test("goes on in the next buffer when one is full", () => {
    const packed = new PackedText();
    const textOf = (index: number) => index.toString(36).padStart(300, "x");
    const count = Math.ceil(maxBufferBytes / 300) + 10;
    const handles = Array.from({ length: count }, (_, index) => packed.add(textOf(index)));
    expect(handles.at(-1)).toBeGreaterThanOrEqual(maxBufferBytes);
    const wrong = handles.filter((handle, index) => packed.get(handle) !== textOf(index));
    expect(wrong).toEqual([]);
  });
});
