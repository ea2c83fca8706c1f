import type { SpanKind } from "../event/span_catalogue.ts";
import type { PlannedSpan, PlannedStretch } from "./request_plan.ts";

/** What a stretch of a request is called. */
export interface StretchName {
  readonly family: "span" | "gap";
  readonly name: string;
  /** Of a span whether it is a stage: neither playback nor an envelope around others. */
  readonly isStage: boolean;
}

/** What has a number: a span or a gap of a plan, or what metadata makes a span. */
type Named = Pick<PlannedStretch, "name"> | PlannedSpan;

/** Numbers by which an engine knows the names of spans and gaps. */
export class StretchNames {
  readonly #numbers = new Map<string, number>();
  readonly #spans: StretchName[] = [];
  readonly #gaps: StretchName[] = [];

  /** The number of a stretch's name: one for the stages of that name, one for other spans. */
  numberOf(stretch: Named): number {
    const { name } = stretch;
    const isStage = !("span" in stretch) || isStageKind(stretch.span.kind);
    const key = `${Number(isStage)}${name}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#spans.push({ family: "span", name, isStage }) - 1;
    this.#gaps.push({ family: "gap", name, isStage: true });
    this.#numbers.set(key, number);
    return number;
  }

  /** What the number of a span, or of a gap, stands for. */
  at(number: number, isGap: boolean): StretchName {
    return (isGap ? this.#gaps : this.#spans)[number] ?? nameless;
  }
}

/** Whether spans of a kind are stages: playback is the length of the answer, an envelope is made of stages. */
export function isStageKind(kind: SpanKind): boolean {
  return kind !== "playback" && kind !== "envelope";
}

const nameless: StretchName = { family: "span", name: "", isStage: true };
