import { describe, expect, test } from "bun:test";
import { renderProgress } from "../../../lib/render/progress_line.ts";

const gigabyte = 1024 ** 3;

describe("renderProgress()", () => {
  const cases: readonly [
    read: number,
    total: number | null,
    seconds: number,
    columns: number,
    string,
  ][] = [
    [1.2 * gigabyte, 4 * gigabyte, 1, 80, "Reading 1.2 GB of 4.0 GB, 30 %, 1.2 GB/s, 3 s left"],
    [50e6, 100e6, 2.5, 80, "Reading 47.7 MB of 95.4 MB, 50 %, 19.1 MB/s, 3 s left"],
    [1, 1000, 0.25, 80, "Reading 1 B of 1000 B, 0 %, 4 B/s, 4 min 10 s left"],
    [1, 90_001, 1, 80, "Reading 1 B of 87.9 KB, 0 %, 1 B/s, 25 h 0 min left"],
    [999, 1000, 1, 80, "Reading 999 B of 1000 B, 99 %, 999 B/s, 1 s left"],
    [1000, 1000, 1, 80, "Reading 1000 B of 1000 B, 100 %, 1000 B/s, 0 s left"],
    [2000, 1000, 1, 80, "Reading 1000 B of 1000 B, 100 %, 2.0 KB/s, 0 s left"],
    [0, 0, 1, 80, "Reading 0 B of 0 B, 100 %, 0 B/s"],
    [0, 1000, 0, 80, "Reading 0 B of 1000 B, 0 %"],
    [5e6, null, 2, 80, "Reading 4.8 MB, 2.4 MB/s"],
    [1.2 * gigabyte, 4 * gigabyte, 1, 20, "Reading 1.2 GB of 4"],
    [5e6, null, 2, 0, ""],
  ];
  test.each(cases)("says of %p of %p bytes after %p s in %p columns: %p", (...one) => {
    const [bytesRead, bytesTotal, seconds, columns, line] = one;
    expect(renderProgress({ bytesRead, bytesTotal, seconds }, columns)).toBe(line);
  });

  test("has met every case", () => expect(cases.length).toBe(12));
});
