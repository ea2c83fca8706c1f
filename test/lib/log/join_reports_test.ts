import { expect, test } from "bun:test";
import { joinReports } from "../../../lib/log/join_reports.ts";
import type { ReadReport } from "../../../lib/log/read_log.ts";

const problemAt = (line: number | null, offset: number) => ({
  file: "a.log",
  line,
  offset,
  kind: "torn",
  detail: "",
  excerpt: "",
});

function reportOf(factor: number, problems: ReturnType<typeof problemAt>[]): ReadReport {
  return {
    files: ["a.log"],
    scope: "whole",
    bytes: 1_000 * factor,
    bytesRead: 1_000 * factor,
    lines: 10 * factor,
    events: 9 * factor,
    recovered: 2 * factor,
    blank: 3 * factor,
    nulHoles: 4 * factor,
    fallbackLines: 5 * factor,
    problems: { total: 6 * factor, kinds: { torn: factor, field: 5 * factor }, first: problems },
  };
}

test("joinReports() adds counts, and counts lines through", () => {
  const parts = [
    reportOf(1, [problemAt(4, 70)]),
    reportOf(10, []),
    reportOf(100, [problemAt(1, 900), problemAt(null, 950)]),
  ];
  expect(joinReports(parts)).toEqual(
    reportOf(111, [problemAt(4, 70), problemAt(111, 900), problemAt(null, 950)]),
  );
});

test("joinReports() lists as many problems as one reader does", () => {
  const many = Array.from({ length: 700 }, (_, index) => problemAt(1, index));
  const { problems } = joinReports([reportOf(1, many), reportOf(1, many)]);
  expect([problems.first.length, problems.first[699]?.line, problems.first[700]?.line]).toEqual([
    1_000, 1, 11,
  ]);
});
