/** The judgement of a turn's prompt cache, by the rules that the host has, too. */
import { TurnRow } from "../../request/assembly/turn_row.ts";
import { judge, prefillRate, unknown, verdicts, wholeSize } from "../cache_rule.ts";

/** The verdict on the turn at hand. */
export let verdict: i32 = 0;
/** The rule that gave it. */
export let rule: i32 = 0;
/** The first of the two numbers that the rule compared. */
export let evidence: f64 = 0;
/** The second one. */
export let evidenceOf: f64 = 0;

/** Judges a turn, whose first one of the conversation may have counted its whole prompt. */
export function judgeTurn(row: TurnRow, firstCountsWhole: bool, coldRate: f64): void {
  const prompt = row.promptTokens, count = row.promptEvalCount, cached = row.cachedCount;
  const hasKvCache = ((row.flags >> 2) & 3) == 2;
  const hasCall = !isNaN(row.llmSeconds);
  const prefill = row.prefillMs;
  const found = <i32>judge(prompt, count, cached, prefill, hasCall, hasKvCache, firstCountsWhole, coldRate);
  verdict = found & (verdicts - 1);
  rule = found >> 2;
  if (verdict == unknown) return;
  if (rule == 0) {
    evidence = cached;
    evidenceOf = wholeSize(prompt, count);
  } else if (rule == 1) {
    evidence = count;
    evidenceOf = prompt;
  } else {
    evidence = prefillRate(prompt, count, prefill);
    evidenceOf = coldRate;
  }
}
