import type { AmountUnit } from "../report/check_report.ts";
import { formatMilliseconds, parseDuration } from "../units/duration.ts";

/** How each unit is written, for messages. */
export const amountExamples: Readonly<Record<AmountUnit, string>> = {
  ms: "a duration such as 250ms or 1.5s",
  fraction: "a part such as 5%",
  count: "a number such as 20",
};

/** Parses `1.5s` to milliseconds, `80%` to 0.8 and `20` to itself; null for anything else. */
export function parseAmount(text: string): { value: number; unit: AmountUnit } | null {
  const seconds = parseDuration(text);
  if (seconds !== null) return { value: seconds * 1000, unit: "ms" };
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  if (match === null) return null;
  const number = Number(match[1]);
  return match[2] === "%"
    ? { value: number / 100, unit: "fraction" }
    : { value: number, unit: "count" };
}

/** An amount for a person: `412ms`, `81.3%`, `20`. */
export function formatAmount(value: number, unit: AmountUnit): string {
  if (unit === "ms") return formatMilliseconds(value);
  if (unit === "count") return String(value);
  return formatShare(value);
}

/** A part for a person, with as many decimals as it needs, two at most: `81.3%`, `0.96%`. */
export function formatShare(fraction: number): string {
  return `${Number((fraction * 100).toFixed(fraction < 0.1 ? 2 : 1))}%`;
}

/** A difference with its sign: `+416ms`, `−3ms`. */
export function formatDifference(value: number, unit: AmountUnit): string {
  return `${value < 0 ? "−" : "+"}${formatAmount(Math.abs(value), unit)}`;
}
