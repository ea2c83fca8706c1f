import type { HintEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { samplesForShape } from "./hint_rule.ts";

const limitR = 0.7;

/** The longer the prompt, the longer the model reads it: nothing of it comes from a cache. */
export function findGrowingPrefill({ prefill }: HintEvidence): HintReport[] {
  const { n, r, msPer1000Tokens } = prefill;
  if (n < samplesForShape || r === null || r <= limitR) return [];
  const slope =
    msPer1000Tokens === null ? "" : `, +${msPer1000Tokens.toFixed(0)}ms per 1000 tokens`;
  return [
    {
      rule: "growing_prefill",
      finding: `prefill grows with the prompt: n ${n}, r ${r.toFixed(2)}, limit ${limitR}${slope}`,
      figures: { n, r, limit_r: limitR, ms_per_1000_tokens: msPer1000Tokens },
      advice:
        "Leave the beginning of the prompt as it was, so that the prompt cache serves it, or " +
        "shorten it; the word sessions shows what the cache does",
    },
  ];
}
