import type { Fill, Glyphs } from "./glyphs.ts";

/** A part of an axis, both ends as fractions of it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * A bar on an axis of `width` cells, in exactly that many. It begins at a whole cell; its length is
 * right to a part of a cell, and never nothing.
 */
export function drawBar({ from, to }: Stretch, width: number, fill: Fill, glyphs: Glyphs): string {
  const { parts, fills } = glyphs;
  const steps = parts.length;
  const length = Math.max(1, Math.round((clamp(to) - clamp(from)) * width * steps));
  const wholes = Math.min(width, Math.floor(length / steps));
  // Only what is drawn solid has parts: the others show by their pattern what they are.
  const rest = wholes < width ? length % steps : 0;
  const end = rest === 0 ? "" : fill === "work" || wholes === 0 ? parts[rest - 1] : fills[fill];
  const bar = fills[fill].repeat(wholes) + end;
  return placed(bar, clamp(from), width);
}

/** A bar that only says from where to where. */
export function drawEnvelope({ from, to }: Stretch, width: number, glyphs: Glyphs): string {
  const { left, line, right } = glyphs.envelope;
  const length = Math.round((clamp(to) - clamp(from)) * width);
  const bar = length < 2 ? left : left + line.repeat(length - 2) + right;
  return placed(bar, clamp(from), width);
}

/** A mark at one moment. */
export function drawMoment(at: number, width: number, mark: string): string {
  return placed(mark, clamp(at), width);
}

/** Puts a bar where it belongs, or as far right as there is room for it. */
function placed(bar: string, from: number, width: number): string {
  const start = Math.min(Math.floor(from * width + nearly), width - bar.length);
  return `${" ".repeat(start)}${bar}`.padEnd(width);
}

/** Fractions that should be whole cells miss them by the rounding of instants. */
const nearly = 1e-6;

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
