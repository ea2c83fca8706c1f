import { expect, test } from "bun:test";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { countVerdicts } from "../../../lib/session/count_verdicts.ts";
import { SessionGroups } from "../../../lib/session/session_groups.ts";
import { type TurnShape, turnEvents } from "../../support/conversation.ts";

test("countVerdicts() counts the turns that were kept, by their verdict", () => {
  const session = "one";
  const shapes: TurnShape[] = [
    { id: "a", at: 0, session, estimate: 1000, count: 1000, prefillMs: 1000 },
    { id: "b", at: 60, session, estimate: 1000, count: 1000, cached: 950 },
    { id: "c", at: 120, session, estimate: 1000, count: 1000, cached: 500 },
    { id: "d", at: 180, session, estimate: 1000, count: 1000, cached: 20 },
    { id: "e", at: 240, session, estimate: 1000, count: 1000, cached: 999 },
    { id: "f", at: 300, session },
    { id: "not kept", at: 360, session, estimate: 1000, count: 1000, cached: 999 },
  ];
  const groups = new SessionGroups(null);
  for (const shape of shapes) {
    const placed = groups.place(analyzeRequest({ id: shape.id, events: turnEvents(shape) }));
    if (shape.id !== "not kept") groups.keep(placed);
  }
  expect(countVerdicts(groups)).toEqual({ hit: 2, partial: 1, miss: 2, unknown: 1 });
});
