import { expect, test } from "bun:test";
import { WholeSum } from "../../../lib/stats/whole_sum.ts";

test("WholeSum loses nothing where float64 does", () => {
  const sum = new WholeSum();
  for (let index = 0; index < 1_000; index++) sum.add(2 ** 52 - index);
  expect(sum.read()).toBe(1_000n * 2n ** 52n - 499_500n);
});

test("WholeSum merges, in any order, what parts hold", () => {
  const values = Array.from({ length: 99 }, (_, index) => 2 ** 51 + index * 12_345);
  const whole = new WholeSum();
  const parts = [new WholeSum(), new WholeSum(), new WholeSum()];
  for (const [index, value] of values.entries()) {
    whole.add(value);
    parts[index % 3]?.add(value);
  }
  const merged = new WholeSum();
  for (const part of parts.reverse()) merged.merge(part);
  expect(merged.read()).toBe(whole.read());
  expect(whole.read()).toBe(values.reduce((sum, value) => sum + BigInt(value), 0n));
  expect(new WholeSum().read()).toBe(0n);
});
