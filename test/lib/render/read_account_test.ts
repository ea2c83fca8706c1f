import { describe, expect, test } from "bun:test";
import { renderAccount } from "../../../lib/render/read_account.ts";
import type { LogReport } from "../../../lib/report/log_report.ts";

const log: LogReport = {
  files: ["a.log", "b.log.gz"],
  scope: "whole",
  bytes: 2_000_000,
  bytesRead: 2_000_000,
  lines: 3_000,
  events: 2_990,
  requests: 1,
  recovered: 0,
  blank: 0,
  nulHoles: 0,
  closedEarly: 0,
  folded: 0,
  fallbackLines: 12,
  problems: { total: 1, kinds: {}, first: [] },
};
const costs = { seconds: 0.5, cpuSeconds: 0.625, peakBytes: 60 * 1024 * 1024 };

describe("renderAccount()", () => {
  test("tells what was read, by which way, at what cost", () => {
    expect(renderAccount(log, costs)).toEqual([
      "Read 2000000 bytes, 3000 lines, 2990 events, 1 request from a.log, b.log.gz",
      "The whole log was read; 12 fallback lines, 1 problem",
      "Took 0.50 s (3.8 MB/s), 0.63 s of CPU time, at most 60.0 MB of memory",
    ]);
  });

  test("says of a seek how much it has left unread", () => {
    const part = { ...log, scope: "part", bytesRead: 500_000, fallbackLines: 0 } as const;
    const [read, way, took] = renderAccount(part, costs);
    expect(read).toStartWith("Read 500000 bytes, ");
    expect(way).toBe(
      "A part of the log was read: 500000 of 2000000 bytes; 0 fallback lines, 1 problem",
    );
    expect(took).toStartWith("Took 0.50 s (976.6 KB/s), ");
  });
});
