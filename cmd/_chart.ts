import { asciiGlyphs, blockGlyphs, type Chart } from "../lib/render/chart/glyphs.ts";
import type { Arguments } from "./_command.ts";
import { isTerminal } from "./_output.ts";

/** The option of every word that draws. */
export const chartArgument = {
  type: "boolean",
  default: true,
  description: "leave the pictures out",
} as const;

const usualWidth = 80;
const leastWidth = 40;
const mostWidth = 200;

/** What stdout can show of pictures; null if none are wanted. */
export function chartFor(args: Arguments): Chart | null {
  if (args["chart"] === false) return null;
  const columns = isTerminal() ? process.stdout.columns : usualWidth;
  const width = Math.min(mostWidth, Math.max(leastWidth, columns || usualWidth));
  return { width, glyphs: isUnicode() ? blockGlyphs : asciiGlyphs };
}

/** Whether the locale says that text is UTF-8, by the rules of setlocale(3): LC_ALL, LC_CTYPE, LANG. */
function isUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  return /utf-?8/i.test(locale) && TERM !== "linux";
}
