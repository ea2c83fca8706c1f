import { describe, expect, spyOn, test } from "bun:test";
import { PacedCollection } from "../../../lib/session/paced_collection.ts";

describe("PacedCollection", () => {
  test("collects once in so many steps, however they are taken", () => {
    using gc = spyOn(Bun, "gc").mockImplementation(() => 0);
    const collection = new PacedCollection(10);
    for (let step = 0; step < 9; step++) collection.step();
    expect(gc).toHaveBeenCalledTimes(0);
    collection.step();
    expect(gc).toHaveBeenCalledTimes(1);
    collection.step(25);
    expect(gc).toHaveBeenCalledTimes(2);
    collection.step(9);
    expect(gc).toHaveBeenCalledTimes(2);
    collection.step();
    expect(gc).toHaveBeenCalledTimes(3);
  });
});
