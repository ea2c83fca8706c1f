import { outcomes } from "../request/figures.ts";
import type { PlannedStep, PlannedStretch, RequestPlan } from "../request/request_plan.ts";

/** Who tells under which number the samples of a stretch are to be counted. */
export interface SeriesNumbers {
  readonly span: (stretch: PlannedStretch) => number;
  readonly gap: (stretch: PlannedStretch) => number;
  readonly step: (step: PlannedStep) => number;
}

/** The name of the table of plans in the SQL that is sent along with it. */
export const planTable = "_plans";

/** Its columns. Places count from 1; 0 stands for none. */
const columns = [
  ...["h UInt64", "plan UInt32", "outcome UInt32", "partial UInt8", "finalized UInt16"],
  ...["span_series Array(UInt32)", "span_from Array(UInt16)", "span_to Array(UInt16)"],
  ...["gap_series Array(UInt32)", "gap_from Array(UInt16)", "gap_to Array(UInt16)"],
  "step_series Array(UInt32)",
  ...["play_from Array(UInt16)", "play_to Array(UInt16)"],
  ...["llm_from Array(UInt16)", "llm_to Array(UInt16)"],
  ...["pauses Array(UInt16)", "audio Array(UInt16)", "looked Array(UInt16)"],
  ...["prompt UInt16", "answer UInt16", "pause UInt16"],
];

/** The names of its columns, but for the hash that it is joined by. */
export const planColumns: readonly string[] = columns
  .map((column) => column.split(" ")[0] ?? "")
  .filter((name) => name !== "h");

/** A plan as a row of the table: under the hash of its order, and the number by which it is known. */
export function planRow(
  plan: RequestPlan,
  hash: string,
  number: number,
  series: SeriesNumbers,
): string {
  const list = (numbers: readonly number[]) => `[${numbers.join(",")}]`;
  const from = (ends: readonly { from: number }[]) => list(ends.map((one) => one.from + 1));
  const to = (ends: readonly { to: number }[]) => list(ends.map((one) => one.to + 1));
  const places = (all: readonly number[]) => list(all.map((place) => place + 1));
  const isPartial = Number(plan.outcome === "partial");
  return [
    ...[hash, number, outcomes.indexOf(plan.outcome), isPartial, plan.finalized + 1],
    ...[list(plan.spans.map(series.span)), from(plan.spans), to(plan.spans)],
    ...[list(plan.gaps.map(series.gap)), from(plan.gaps), to(plan.gaps)],
    list(plan.steps.map(series.step)),
    ...[from(plan.playbacks), to(plan.playbacks)],
    ...[from(plan.llms), to(plan.llms)],
    ...[places(plan.pauses), places(plan.audioStarts), places(placesLookedAt(plan))],
    ...[plan.facts.prompt + 1, plan.facts.answer + 1, plan.facts.pause + 1],
  ].join("\t");
}

/** The places of a request whose instants tell of clocks and hints; those of facts first, where there are any. */
export function placesLookedAt({ exchanges, facts }: RequestPlan): number[] {
  const links = exchanges.flatMap(({ hop, answer }) => (answer === null ? [hop] : [hop, answer]));
  const places = [
    ...[facts.answer, facts.pause, facts.speechEnd],
    ...links.flatMap(({ cause, effect }) => [cause, effect]),
  ];
  return [...new Set(places)].filter((place) => place >= 0);
}

/** The table of plans as it goes along with a query: the form, and what has to stand in the address. */
export function planForm(rows: readonly string[]) {
  const body = new FormData();
  const text = rows.map((row) => `${row}\n`).join("");
  body.set(planTable, new Blob([text]), planTable);
  const settings = {
    [`${planTable}_structure`]: columns.join(", "),
    [`${planTable}_format`]: "TabSeparated",
  };
  return { body, settings };
}
