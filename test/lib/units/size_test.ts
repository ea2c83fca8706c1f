import { expect, test } from "bun:test";
import { UsageError } from "../../../lib/error.ts";
import { formatSize, requireSize } from "../../../lib/units/size.ts";

const sizes: readonly [text: string, bytes: number][] = [
  ["1", 1],
  ["812", 812],
  ["64K", 65_536],
  ["64k", 65_536],
  ["1.5K", 1_536],
  ["100M", 104_857_600],
  ["2G", 2_147_483_648],
];

test("requireSize() reads bytes and powers of 1024, as many as the table has rows", () => {
  expect(sizes.length).toBe(7);
  for (const [text, bytes] of sizes) expect(requireSize(text, "--max-line")).toBe(bytes);
});

test("requireSize() refuses anything else with the option, the value and the way out", () => {
  const refused = ["", "0", "0.5", "-1", "1T", "1KB", "K", "1 K", "1e3", "0x10", "NaN", "1,5K"];
  expect(refused.length).toBe(12);
  for (const text of refused) {
    expect(() => requireSize(text, "--max-line")).toThrow(
      new UsageError(`Cannot use "${text}" for --max-line: write a size such as 64K or 100M`),
    );
  }
  expect(() => requireSize("9".repeat(400), "--max-line")).toThrow(UsageError);
});

test("formatSize() writes bytes for a person", () => {
  const written: readonly [bytes: number, text: string][] = [
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_024, "1.0 KB"],
    [62_375, "60.9 KB"],
    [1_048_575, "1.0 MB"],
    [1_048_576, "1.0 MB"],
    [1.25 * 1024 ** 3, "1.3 GB"],
    [1024 ** 4, "1.0 TB"],
    [5_000 * 1024 ** 4, "5000.0 TB"],
  ];
  expect(written.length).toBe(9);
  for (const [bytes, text] of written) expect(formatSize(bytes)).toBe(text);
});
