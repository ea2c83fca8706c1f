import { formatMilliseconds, formatSeconds } from "../../units/duration.ts";

/** Milliseconds as seconds for a person; `–` where nobody can tell. */
export function seconds(milliseconds: number | null): string {
  return milliseconds === null ? "–" : formatSeconds(milliseconds / 1000);
}

/** Milliseconds for a person; `–` where nobody can tell. */
export function milliseconds(value: number | null): string {
  return value === null ? "–" : formatMilliseconds(value);
}

/** A fraction as a percentage; `–` where nobody can tell. */
export function share(fraction: number | null): string {
  return fraction === null ? "–" : `${(fraction * 100).toFixed(1)}%`;
}
