/** Turns of a conversation as rows of text. */
import { TurnRow } from "../../request/assembly/turn_row.ts";
import { evaluatedOf, unknown } from "../cache_rule.ts";
import { evidence, evidenceOf, judgeTurn, rule, verdict } from "./judgement.ts";
import { setValue, writeRow } from "./rows.ts";

/** Forms of a turn with evidence for its verdict, of one without, and of what stands between two. */
let judged: usize = 0;
let unjudged: usize = 0;
let between: usize = 0;
/** The values (f64) that mean the verdicts and behind them the rules, in the order of their numbers. */
let words: usize = 0;

/** Sets how turns are to be written. */
export function formTurns(withEvidence: usize, without: usize, separator: usize, names: usize): void {
  judged = withEvidence;
  unjudged = without;
  between = separator;
  words = names;
}

/** Writes the turns of the conversation that begins with a turn. */
export function writeTurns(first: TurnRow, firstCountsWhole: bool, coldRate: f64): void {
  for (let row = first; changetype<usize>(row) != 0; row = row.next) {
    if (row != first) writeRow(between);
    judgeTurn(row, firstCountsWhole, coldRate);
    setTurn(row);
    writeRow(verdict == unknown ? unjudged : judged);
  }
}

/** Sets the values of a turn where `turnPlaces` has them, in milliseconds. */
function setTurn(row: TurnRow): void {
  setValue(0, <f64>row.number);
  setValue(1, <f64>changetype<usize>(row));
  setValue(2, row.startSeconds);
  setValue(3, row.totalSeconds * 1000);
  setValue(4, row.processingSeconds * 1000);
  setValue(5, row.voiceToVoiceSeconds * 1000);
  setValue(6, row.llmSeconds * 1000);
  setValue(7, row.promptTokens);
  setValue(8, evaluatedOf(row.promptEvalCount, row.cachedCount));
  setValue(9, row.prefillMs);
  setValue(10, wordAt(verdict));
  setValue(11, verdict == unknown ? NaN : wordAt(unknown + 1 + rule));
  setValue(12, evidence);
  setValue(13, evidenceOf);
  const tailMode = row.flags & 3;
  setValue(14, tailMode == 0 ? NaN : <f64>(tailMode - 1));
}

@inline function wordAt(index: i32): f64 {
  return load<f64>(words + (<usize>index << 3));
}
