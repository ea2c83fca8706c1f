import { expect } from "bun:test";
import { readFileSync } from "node:fs";

/** A line of a log, as every writer of ours writes it. */
export interface LoggedLine {
  readonly timestamp: number;
  readonly iso_time: string;
  readonly request_id: string;
  readonly service: string;
  readonly event: string;
  readonly metadata: Record<string, unknown>;
}

const canonical =
  /^\{"timestamp": \d+\.\d{6}, "iso_time": "[\d-]{10}T[\d:]{8}\.\d{6}", "request_id": ".+", "service": ".+", "event": ".+", "metadata": \{.*\}\}$/s;

/** The lines of a log, each of which must be a whole event in the canonical layout. */
export function linesOf(path: string): LoggedLine[] {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  expect(text.endsWith("\n")).toBe(true);
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => {
      expect(line).toMatch(canonical);
      return JSON.parse(line) as LoggedLine;
    });
}
