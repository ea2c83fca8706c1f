import { describe, expect, test } from "bun:test";
import { renderProblems } from "../../../lib/render/problems_text.ts";
import type { LogReport, Problem } from "../../../lib/report/log_report.ts";

const healthy: LogReport = {
  files: ["latency.log"],
  scope: "whole",
  bytes: 100,
  bytesRead: 100,
  lines: 50,
  events: 50,
  requests: 5,
  recovered: 0,
  blank: 3,
  nulHoles: 0,
  closedEarly: 0,
  folded: 0,
  fallbackLines: 7,
  problems: { total: 0, kinds: { field: 0, torn: 0 }, first: [] },
};

const problem: Problem = {
  file: "latency.log",
  line: 3,
  offset: 120,
  kind: "field",
  detail: "event is missing, wanted a non-empty string",
  excerpt: '{"timestamp": 1}',
};

describe("renderProblems()", () => {
  test("says nothing about a healthy log", () => {
    expect(renderProblems(healthy)).toEqual([]);
  });

  test("counts the kinds that occurred, and gives each problem its place", () => {
    const problems = { total: 3, kinds: { field: 2, torn: 1, "too long": 0 }, first: [problem] };
    expect(renderProblems({ ...healthy, problems })).toEqual([
      "3 of 50 lines held something that is no event: 2 field, 1 torn",
      '  latency.log:3: field: event is missing, wanted a non-empty string: {"timestamp": 1}',
    ]);
  });

  test("gives the byte where the line is unknown", () => {
    const problems = { total: 1, kinds: { field: 1 }, first: [{ ...problem, line: null }] };
    expect(renderProblems({ ...healthy, problems })[1]).toStartWith(
      "  latency.log:byte 120: field:",
    );
  });

  test("lists ten, and says how many more there are", () => {
    const problems = { total: 1_234, kinds: { field: 1_234 }, first: Array(1_000).fill(problem) };
    const lines = renderProblems({ ...healthy, problems });
    expect(lines.length).toBe(12);
    expect(lines.at(-1)).toBe("  and 1224 more");
    const ten = { total: 10, kinds: { field: 10 }, first: Array(10).fill(problem) };
    expect(renderProblems({ ...healthy, problems: ten }).length).toBe(11);
  });

  test("escapes the name of the file", () => {
    const problems = { total: 1, kinds: { field: 1 }, first: [{ ...problem, file: "\x1b[2J" }] };
    expect(renderProblems({ ...healthy, problems })[1]).toStartWith("  \\x1b[2J:3:");
  });

  test("reports what was recovered, passed over, closed early and folded", () => {
    const log = { ...healthy, recovered: 1, nulHoles: 2, closedEarly: 3, folded: 4 };
    expect(renderProblems(log)).toEqual([
      "Recovered from torn lines: 1 event",
      "Passed over: 2 holes of NUL bytes",
      "Closed early, as too many were open or one was too long: 3 requests",
      'Counted under "other", as there were too many names: 4 samples',
    ]);
  });
});
