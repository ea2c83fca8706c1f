import { expect, test } from "bun:test";
import { distancesFrom } from "../../../lib/stats/distances.ts";

test("distancesFrom() orders samples by how far they lie from a value", () => {
  const rows: readonly [samples: number[], value: number, distances: number[]][] = [
    [[1, 2, 4, 8], 3, [1, 1, 2, 5]],
    [[1, 2, 4, 8], 4, [0, 2, 3, 4]],
    [[1, 2], 0, [1, 2]],
    [[1, 2], 9, [7, 8]],
    [[5, 5, 5], 5, [0, 0, 0]],
  ];
  for (const [samples, value, distances] of rows) {
    const at = distancesFrom(Float64Array.from(samples), value);
    expect(distances.map((_, rank) => at(rank))).toEqual(distances);
  }
  expect(rows.length).toBe(5);
});
