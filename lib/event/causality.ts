import { Events } from "./names.ts";
import { type SpanDefinition, spanCatalogue } from "./span_catalogue.ts";

/** Hand-offs from one service to another: what is received was sent before. */
export const causalHops: readonly SpanDefinition[] = spanCatalogue.filter(
  ({ kind }) => kind === "hop",
);

/** A call of one service by another that is answered when its work is done. */
export interface CausalCall {
  /** The event names that may begin it, as in the hand-off of the same name. */
  readonly hop: string;
  /** What the caller logs when the answer is there. */
  readonly answer: string;
  /** What the called service logs on the way to its answer. */
  readonly work: ReadonlySet<string>;
}

/** Every call whose answer is logged. */
export const causalCalls: readonly CausalCall[] = [
  {
    hop: "hand-off stt→v34",
    answer: Events.STT_HTTP_RESPONSE_RECEIVED,
    work: new Set(Object.values(Events).filter((name) => name.startsWith("v34_"))),
  },
];
