import { UsageError } from "../error.ts";
import { quote } from "../escape.ts";

const secondsPerUnit: Readonly<Record<string, number>> = {
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
};

/** Parses `250ms`, `1.5s`, `10m`, `2h` or `7d` to seconds, or returns null. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  return Number(match[1]) * (secondsPerUnit[match[2] ?? ""] ?? Number.NaN);
}

/** Like `parseDuration`, but throws a UsageError that names `option`. */
export function requireDuration(text: string, option: string): number {
  const seconds = parseDuration(text);
  if (seconds !== null) return seconds;
  throw new UsageError(
    `Cannot use ${quote(text)} for ${option}: write a duration such as 250ms, 1.5s or 10m`,
  );
}

/** Milliseconds for a person, rounded half up: `383µs` below one millisecond, else `102ms`. */
export function formatMilliseconds(milliseconds: number): string {
  const microseconds = Math.floor(milliseconds * 1000 + 0.5);
  if (milliseconds !== 0 && Math.abs(microseconds) < 1000) return `${microseconds}µs`;
  return `${Math.floor(milliseconds + 0.5)}ms`;
}

/** Seconds for a person, two decimals: `8.45s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(2)}s`;
}

/** A duration for a person: milliseconds below a second, else seconds with two decimals. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 999.5) return formatMilliseconds(milliseconds);
  return formatSeconds(milliseconds / 1000);
}

/** A setting back in the words it is written in: 600 → `10m`, 90 → `90s`, 0.25 → `250ms`. */
export function formatSetting(seconds: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    const size = secondsPerUnit[unit] ?? 1;
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${Math.round(seconds * 1e6) / 1e3}ms`;
}

/** How long ago something was, in one unit: `3s`, `5m`, `26h`, `4d`. */
export function formatAge(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.floor(seconds))}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86400)}d`;
}
