import { type RowForm, type RowWriter, sessionPlaces, turnPlaces } from "../report/row_writer.ts";
import type { SessionReport, TurnReport } from "../report/session_report.ts";
import type { ListFrame } from "./document.ts";
import { mark, rowForm } from "./row_form.ts";
import { sessionToJson, turnToJson } from "./session_json.ts";

/** A session a line. */
export const lineFrame: ListFrame = { first: "", between: "", after: "\n" };

/**
 * Writes sessions with their turns as JSON, byte for byte as from objects. How they look is learned from
 * `sessionToJson` and `turnToJson`, which are given marks for values.
 */
export function writeSessionRows(rows: RowWriter, frame: ListFrame): void {
  const text = (fixed: string) => rows.open({ texts: [fixed], values: [] });
  const [first, between, after] = [
    text(frame.first),
    text(frame.between),
    text(`]}${frame.after}`),
  ];
  const fields = JSON.stringify(sessionToJson(markedSession())).slice(0, -1);
  const head = rows.open(rowForm(`${fields},"turns":[`));
  rows.formTurns({ judged: turnForm(true), unknown: turnForm(false), between: "," });
  let count = 0;
  for (const session of rows.sessions) {
    rows.write(count++ === 0 ? first : between);
    session.place();
    rows.write(head);
    session.writeTurns();
    rows.write(after);
  }
  rows.end();
}

function turnForm(hasEvidence: boolean): RowForm {
  return rowForm(JSON.stringify(turnToJson(markedTurn(hasEvidence))));
}

/** A turn with marks for values. */
function markedTurn(hasEvidence: boolean): TurnReport {
  const number = (name: keyof typeof turnPlaces) => mark("number", turnPlaces[name]);
  const turn = {
    turn: number("turn"),
    id: mark("id", turnPlaces.id),
    startSeconds: number("startSeconds"),
    totalMs: number("totalMs"),
    processingMs: number("processingMs"),
    voiceToVoiceMs: number("voiceToVoiceMs"),
    llmMs: number("llmMs"),
    promptTokens: number("promptTokens"),
    evaluatedTokens: number("evaluatedTokens"),
    prefillMs: number("prefillMs"),
    cache: mark("text", turnPlaces.cache),
    cacheRule: mark("text", turnPlaces.cacheRule),
    cacheEvidence: hasEvidence ? { value: number("evidence"), of: number("evidenceOf") } : null,
    tailMode: mark("answer", turnPlaces.tailMode),
  };
  return turn as unknown as TurnReport;
}

/** A session with marks for values. */
function markedSession(): SessionReport {
  const session = {
    ...markAll(sessionPlaces),
    id: mark("text", sessionPlaces.id),
    inferred: mark("answer", sessionPlaces.inferred),
  };
  return session as unknown as SessionReport;
}

/** The same object with a mark for each place. A series has no share here: it is `null`. */
function markAll(places: object): object {
  const marks = Object.entries(places).map(([name, place]) => [
    name,
    typeof place === "number" ? mark("number", place) : markAll(place),
  ]);
  return { share: null, ...Object.fromEntries(marks) };
}
