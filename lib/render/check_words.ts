import type { CheckItem, CheckReport, CheckVerdict } from "../report/check_report.ts";
import { formatCount } from "../units/count.ts";

/** What every format calls a verdict. */
export const verdictWords: Readonly<Record<CheckVerdict, string>> = {
  pass: "pass",
  fail: "FAIL",
  inconclusive: "inconclusive",
};

/** The whole verdict in one sentence, without any name from the log. */
export function concludeCheck({ verdict, items, requests, baseline }: CheckReport): string {
  const count = (wanted: CheckVerdict) => items.filter((item) => item.verdict === wanted).length;
  const [failed, unclear] = [count("fail"), count("inconclusive")];
  const all = formatCount(items.length, "limit");
  const tooFew = baseline?.tooFew ?? 0;
  const parts = [
    failed > 0 ? `${failed} of ${all} breached` : "",
    unclear > 0 ? `${failed > 0 ? unclear : `${unclear} of ${all}`} cannot be judged` : "",
    failed + unclear === 0 ? (items.length > 0 ? `${all} kept` : "no limit to keep") : "",
    requests === 0 ? "no request to judge" : "",
    tooFew > 0 ? `${formatCount(tooFew, "stage")} with too few samples not compared` : "",
  ];
  return `${verdictWords[verdict]}: ${parts.filter((part) => part !== "").join(", ")}`;
}

/** What is told one by one, and stages that are no slower than the baseline: of these the names do. */
export function foldItems({ items }: CheckReport): {
  readonly told: readonly CheckItem[];
  readonly unchanged: readonly CheckItem[];
} {
  const isUnchanged = ({ kind, verdict }: CheckItem) => kind === "baseline" && verdict === "pass";
  return { told: items.filter((item) => !isUnchanged(item)), unchanged: items.filter(isUnchanged) };
}

/** The lines below an item: what a reader would ask next, and why the limit is there. */
export function detailsOf({ details, why }: CheckItem): string[] {
  return [...details, ...(why === null ? [] : [`The limit is there because: ${why}`])];
}

/** With what the log was compared, in a sentence; null without a baseline. */
export function describeBaseline({ baseline }: CheckReport): string | null {
  if (baseline === null) return null;
  const { file, requests, isSameMachine } = baseline;
  const machine =
    isSameMachine === false
      ? "; it was saved on another kind of machine, which may be all the difference"
      : "";
  return `Baseline: ${file}, ${formatCount(requests, "request")}${machine}`;
}
