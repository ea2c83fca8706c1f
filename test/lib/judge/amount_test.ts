import { expect, test } from "bun:test";
import {
  formatAmount,
  formatDifference,
  formatShare,
  parseAmount,
} from "../../../lib/judge/amount.ts";

test("parseAmount() reads durations, parts and counts, and nothing else", () => {
  expect(["250ms", "1.5s", "10m", "80%", "0.5%", "20", "1.5"].map(parseAmount)).toEqual([
    { value: 250, unit: "ms" },
    { value: 1500, unit: "ms" },
    { value: 600_000, unit: "ms" },
    { value: 0.8, unit: "fraction" },
    { value: 0.005, unit: "fraction" },
    { value: 20, unit: "count" },
    { value: 1.5, unit: "count" },
  ]);
  const refused = ["", "-1s", "1 s", "s", "%", "1e3", "5 %", "∞", "0x10"];
  expect(refused.map(parseAmount)).toEqual(refused.map(() => null));
});

test("amounts are written as people read them", () => {
  expect([formatAmount(412.4, "ms"), formatAmount(0.3, "ms")]).toEqual(["412ms", "300µs"]);
  expect(formatAmount(20, "count")).toBe("20");
  expect([0.8125, 0.0096, 0, 1, 0.00004].map(formatShare)).toEqual([
    "81.3%",
    "0.96%",
    "0%",
    "100%",
    "0%",
  ]);
  expect([formatDifference(416, "ms"), formatDifference(-3, "ms")]).toEqual(["+416ms", "−3ms"]);
});
