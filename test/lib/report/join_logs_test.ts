import { expect, test } from "bun:test";
import { joinLogs } from "../../../lib/report/join_logs.ts";
import type { LogReport, Problem } from "../../../lib/report/log_report.ts";

const problem = (file: string): Problem => ({
  file,
  line: 1,
  offset: 0,
  kind: "torn",
  detail: "",
  excerpt: "",
});

function logOf(file: string, unit: number, scope: "whole" | "part" = "whole"): LogReport {
  return {
    files: [file],
    scope,
    bytes: 1 * unit,
    bytesRead: 2 * unit,
    lines: 3 * unit,
    events: 4 * unit,
    requests: 5 * unit,
    recovered: 6 * unit,
    blank: 7 * unit,
    nulHoles: 8 * unit,
    closedEarly: 9 * unit,
    folded: 10 * unit,
    fallbackLines: 11 * unit,
    problems: { total: 12 * unit, kinds: { torn: 13 * unit }, first: [problem(file)] },
  };
}

test("joinLogs() lists the files and adds every count", () => {
  const joined = joinLogs(logOf("a.log", 1), logOf("b.log", 100));
  expect(joined).toEqual({
    ...logOf("a.log", 101),
    files: ["a.log", "b.log"],
    problems: {
      total: 12 * 101,
      kinds: { torn: 13 * 101 },
      first: [problem("a.log"), problem("b.log")],
    },
  });
});

test("joinLogs() is a part if either log is, and knows kinds that only one has", () => {
  expect(joinLogs(logOf("a", 1, "part"), logOf("b", 1)).scope).toBe("part");
  expect(joinLogs(logOf("a", 1), logOf("b", 1, "part")).scope).toBe("part");
  const other = { ...logOf("b", 1), problems: { total: 1, kinds: { field: 1 }, first: [] } };
  expect(joinLogs(logOf("a", 1), other).problems.kinds).toEqual({ torn: 13, field: 1 });
});
