import { escapeControls } from "../escape.ts";
import type { Check, Verdict } from "../report/doctor_report.ts";
import { formatCount } from "../units/count.ts";
import type { Style } from "./style.ts";

const nameWidth = 11;
const marks: Readonly<Record<Verdict, string>> = { good: "ok  ", note: "note", care: "CARE" };

/** One line a check: how it stands, what was looked at, what was found; advice below it. */
export function renderDoctorText(checks: readonly Check[], style: Style): string {
  const lines = checks.flatMap(({ name, verdict, value, advice }) => {
    const paint = verdict === "care" ? style.fail : verdict === "note" ? style.warn : style.dim;
    const line = `${paint(marks[verdict])}  ${name.padEnd(nameWidth)}  ${escapeControls(value)}`;
    return advice === null
      ? [line]
      : [line, `      ${" ".repeat(nameWidth)}  → ${escapeControls(advice)}`];
  });
  return `${[...lines, "", renderConclusion(checks)].join("\n")}\n`;
}

function renderConclusion(checks: readonly Check[]): string {
  const count = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const [care, notes] = [count("care"), count("note")];
  const noted = notes === 0 ? "" : `, ${formatCount(notes, "note")}`;
  if (care === 0) return `All is well${noted}`;
  return `${formatCount(care, "thing")} ${care === 1 ? "needs" : "need"} care${noted}`;
}
