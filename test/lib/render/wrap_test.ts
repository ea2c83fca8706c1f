import { expect, test } from "bun:test";
import { wrap } from "../../../lib/render/wrap.ts";

test("wrap() breaks between words, and leaves a word that is too long alone", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("one two three", 6)).toEqual(["one", "two", "three"]);
  expect(wrap("a stt_transcript_finalized b", 8)).toEqual(["a", "stt_transcript_finalized", "b"]);
  expect(wrap("one", 3)).toEqual(["one"]);
});
