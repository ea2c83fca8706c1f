import type { CacheReport, SessionReport } from "../report/session_report.ts";
import { type Regression, RegressionBuilder } from "../stats/regression.ts";
import { SeriesBuilder, toMilliseconds } from "../stats/series.ts";
import { type CacheJudgement, promptSize } from "./cache_verdict.ts";
import type { NumberedTurn } from "./turn_rows.ts";

/** What the report of a conversation says beside what it is called. */
export type SessionFiguresReport = Omit<
  SessionReport,
  "id" | "inferred" | "startSeconds" | "turns"
>;

/** Gathers the figures of one conversation, turn by turn. Memory: the series' samples, at most 80 KB each. */
export class SessionFigures {
  readonly #llm = new SeriesBuilder();
  readonly #processing = new SeriesBuilder();
  readonly #voiceToVoice = new SeriesBuilder();
  readonly #laterLlm = new SeriesBuilder();
  readonly #laterProcessing = new SeriesBuilder();
  readonly #prompt = new SeriesBuilder();
  readonly #growth = new RegressionBuilder();
  readonly #correlation = new RegressionBuilder();
  readonly #trend = new RegressionBuilder();
  readonly #cache: CacheFigures;
  #first: SessionReport["first"] | null = null;
  #firstPrompt: number | null = null;
  #lastPrompt: number | null = null;

  constructor(coldRate: number | null) {
    this.#cache = new CacheFigures(coldRate);
  }

  add(turn: NumberedTurn, judgement: CacheJudgement): void {
    const { number, llmSeconds, processingSeconds, promptTokens, voiceToVoiceSeconds } = turn;
    const isFirst = number === 1;
    if (isFirst) {
      const llmMs = llmSeconds === null ? null : llmSeconds * 1000;
      this.#first = { llmMs, processingMs: processingSeconds * 1000 };
    } else {
      this.#laterProcessing.add(processingSeconds);
    }
    this.#processing.add(processingSeconds);
    this.#trend.add(number, processingSeconds * 1000);
    if (llmSeconds !== null) {
      this.#llm.add(llmSeconds);
      if (!isFirst) this.#laterLlm.add(llmSeconds);
    }
    if (voiceToVoiceSeconds !== null) this.#voiceToVoice.add(voiceToVoiceSeconds);
    if (promptTokens !== null) {
      this.#prompt.add(promptTokens);
      this.#growth.add(number, promptTokens);
      this.#firstPrompt ??= promptTokens;
      this.#lastPrompt = promptTokens;
      if (llmSeconds !== null) this.#correlation.add(promptTokens, llmSeconds * 1000);
    }
    this.#cache.add(turn, judgement);
  }

  /** Reads the figures out; `contextTokens` are what the model's context holds. */
  read(contextTokens: number): SessionFiguresReport {
    const growth = this.#growth.read();
    const correlation = this.#correlation.read();
    const trend = this.#trend.read();
    const laterLlm = toMilliseconds(this.#laterLlm.summarize());
    const firstLlmMs = this.#first?.llmMs ?? null;
    return {
      requests: this.#processing.n,
      llm: toMilliseconds(this.#llm.summarize()),
      processing: toMilliseconds(this.#processing.summarize()),
      voiceToVoice: toMilliseconds(this.#voiceToVoice.summarize()),
      first: this.#first ?? { llmMs: null, processingMs: null },
      later: { llm: laterLlm, processing: toMilliseconds(this.#laterProcessing.summarize()) },
      speedup: firstLlmMs !== null && laterLlm.mean ? firstLlmMs / laterLlm.mean : null,
      prompt: {
        first: this.#firstPrompt,
        last: this.#lastPrompt,
        mean: this.#prompt.summarize().mean,
        tokensPerTurn: growth.slope,
        turnAtLimit: turnAtLimit(growth, contextTokens),
      },
      correlation: {
        n: correlation.n,
        r: correlation.r,
        msPer1000Tokens: correlation.slope === null ? null : correlation.slope * 1000,
      },
      trend: { n: trend.n, msPerTurn: trend.slope },
      cache: this.#cache.read(),
    };
  }
}

/** Counts verdicts, and what the cache saved. */
class CacheFigures {
  readonly #counts = { hit: 0, partial: 0, miss: 0, unknown: 0 };
  readonly #coldPrefill = new SeriesBuilder();
  readonly #warmPrefill = new SeriesBuilder();
  readonly #coldRate: number | null;
  #savedMs = 0;

  constructor(coldRate: number | null) {
    this.#coldRate = coldRate;
  }

  add(turn: NumberedTurn, { verdict }: CacheJudgement): void {
    this.#counts[verdict]++;
    const { prefillMs } = turn;
    if (prefillMs === null) return;
    if (verdict === "miss") this.#coldPrefill.add(prefillMs);
    if (verdict === "hit") this.#warmPrefill.add(prefillMs);
    const isServed = verdict === "hit" || verdict === "partial";
    const tokens = promptSize(turn);
    if (!isServed || tokens === null || this.#coldRate === null) return;
    this.#savedMs += Math.max(0, this.#coldRate * tokens - prefillMs);
  }

  read(): CacheReport {
    return {
      ...this.#counts,
      coldPrefillMs: this.#coldPrefill.summarize().p50,
      warmPrefillMs: this.#warmPrefill.summarize().p50,
      savedMs: this.#coldRate === null ? null : this.#savedMs,
      coldRate: this.#coldRate,
    };
  }
}

/** The first turn at which the line of the prompt's growth is at the limit or above. */
function turnAtLimit({ slope, intercept }: Regression, contextTokens: number): number | null {
  if (slope === null || intercept === null || slope <= 0) return null;
  const turn = Math.max(1, Math.ceil((contextTokens - intercept) / slope));
  return Number.isSafeInteger(turn) ? turn : null;
}
