import { expect, test } from "bun:test";
import { derivedId } from "../../../lib/import/derived_id.ts";

test("derivedId() is FNV-1a of 32 bits", () => {
  // Published test vectors of the function.
  expect(derivedId("")).toBe("811c9dc5");
  expect(derivedId("a")).toBe("e40c292c");
  expect(derivedId("foobar")).toBe("bf9cf968");
});
