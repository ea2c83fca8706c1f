import type { HintReport } from "../report/hint_report.ts";
import type { Style } from "./style.ts";
import { wrap } from "./wrap.ts";

const width = 80;
const rule = "-".repeat(width);

/** Renders hints for a person: what was found, below it what to do. Nothing if there are none. */
export function renderHintsText(hints: readonly HintReport[], style: Style): string {
  if (hints.length === 0) return "";
  const lines = hints.flatMap(({ finding, advice }) => [
    ...hanging("", finding),
    ...hanging("  → ", advice),
  ]);
  return `${[style.bold("HINTS:"), rule, ...lines].join("\n")}\n`;
}

/** A paragraph whose further lines stand below the first one's text. */
function hanging(mark: string, text: string): string[] {
  const indent = " ".repeat(Math.max(mark.length, 2));
  return wrap(text, width - indent.length).map((line, index) =>
    index === 0 ? `${mark}${line}` : `${indent}${line}`,
  );
}
