/** The figures of a conversation, as `SessionFigures` gathers them. */
import { TurnRow } from "../../request/assembly/turn_row.ts";
import { hit, miss, partial, promptSizeOf } from "../cache_rule.ts";
import { judgeTurn, verdict } from "./judgement.ts";
import {
  addPoint, correlationOf, forgetPoints, interceptOf, isSane, newRegression, Regression, slopeOf,
} from "./regression.ts";
import { setValue, valueAt } from "./rows.ts";
import { addSample, forgetSamples, meanOf, newSamples, percentileOf, Samples, setSeries } from "./samples.ts";

// Where the values stand that the figures are: see `sessionPlaces`.
const requests: i32 = 19;
const llmSeries: i32 = 20;
const processingSeries: i32 = 28;
const voiceToVoiceSeries: i32 = 36;
const firstLlm: i32 = 44;
const firstProcessing: i32 = 45;
const laterLlmSeries: i32 = 46;
const laterProcessingSeries: i32 = 54;
const speedup: i32 = 62;
const firstPrompt: i32 = 63;
const lastPrompt: i32 = 64;
const meanPrompt: i32 = 65;
const tokensPerTurn: i32 = 66;
const turnAtLimit: i32 = 67;
const correlationPoints: i32 = 68;
const correlationR: i32 = 69;
const msPer1000Tokens: i32 = 70;
const trendPoints: i32 = 71;
const msPerTurn: i32 = 72;
const verdictCounts: i32 = 73;
const coldPrefillMs: i32 = 77;
const warmPrefillMs: i32 = 78;
const savedMs: i32 = 79;

/** The greatest whole number that is not the same as its neighbour. */
const largestSafe: f64 = 9007199254740991;

let llm: Samples = changetype<Samples>(0);
let processing: Samples = changetype<Samples>(0);
let voiceToVoice: Samples = changetype<Samples>(0);
let laterLlm: Samples = changetype<Samples>(0);
let laterProcessing: Samples = changetype<Samples>(0);
let prompt: Samples = changetype<Samples>(0);
let coldPrefill: Samples = changetype<Samples>(0);
let warmPrefill: Samples = changetype<Samples>(0);
let growth: Regression = changetype<Regression>(0);
let correlation: Regression = changetype<Regression>(0);
let trend: Regression = changetype<Regression>(0);

/** Makes room for the samples of conversations of up to so many turns. */
export function openConversations(mostTurns: i32): void {
  llm = newSamples(mostTurns);
  processing = newSamples(mostTurns);
  voiceToVoice = newSamples(mostTurns);
  laterLlm = newSamples(mostTurns);
  laterProcessing = newSamples(mostTurns);
  prompt = newSamples(mostTurns);
  coldPrefill = newSamples(mostTurns);
  warmPrefill = newSamples(mostTurns);
  growth = newRegression();
  correlation = newRegression();
  trend = newRegression();
}

/**
 * Sets the figures of the conversation that begins with a turn as values; false where only the host can tell
 * them: if a sum is not exact, or a number is beyond float64.
 */
export function findFigures(first: TurnRow, firstCountsWhole: bool, coldRate: f64, contextTokens: f64): bool {
  forget();
  for (let row = first; changetype<usize>(row) != 0; row = row.next) {
    gather(row);
    judgeTurn(row, firstCountsWhole, coldRate);
    gatherCache(row, coldRate);
  }
  setValue(requests, <f64>processing.count);
  setSeries(llmSeries, llm);
  setSeries(processingSeries, processing);
  setSeries(voiceToVoiceSeries, voiceToVoice);
  setSeries(laterLlmSeries, laterLlm);
  setSeries(laterProcessingSeries, laterProcessing);
  const laterMean = valueAt(laterLlmSeries + 1);
  setValue(speedup, laterMean == 0 ? NaN : valueAt(firstLlm) / laterMean);
  setLines(contextTokens);
  setValue(meanPrompt, meanOf(prompt));
  setValue(coldPrefillMs, percentileOf(coldPrefill, 0.5));
  setValue(warmPrefillMs, percentileOf(warmPrefill, 0.5));
  return isExact();
}

function setLines(contextTokens: f64): void {
  const slope = slopeOf(growth);
  const turn = max<f64>(1, Math.ceil((contextTokens - interceptOf(growth)) / slope));
  setValue(tokensPerTurn, slope);
  setValue(turnAtLimit, slope > 0 && turn <= largestSafe ? turn : NaN);
  setValue(correlationPoints, correlation.n);
  setValue(correlationR, correlationOf(correlation));
  setValue(msPer1000Tokens, slopeOf(correlation) * 1000);
  setValue(trendPoints, trend.n);
  setValue(msPerTurn, slopeOf(trend));
}

/** Whether no sum was rounded, and nothing went beyond float64. */
function isExact(): bool {
  const rests = llm.rest + processing.rest + voiceToVoice.rest + laterLlm.rest + laterProcessing.rest + prompt.rest;
  const areSane = isSane(growth) && isSane(correlation) && isSane(trend);
  const llmMs = valueAt(firstLlm);
  return rests == 0 && areSane && (isNaN(llmMs) || isFinite(llmMs));
}

function forget(): void {
  forgetSamples(llm);
  forgetSamples(processing);
  forgetSamples(voiceToVoice);
  forgetSamples(laterLlm);
  forgetSamples(laterProcessing);
  forgetSamples(prompt);
  forgetSamples(coldPrefill);
  forgetSamples(warmPrefill);
  forgetPoints(growth);
  forgetPoints(correlation);
  forgetPoints(trend);
  for (let place = firstLlm; place <= firstProcessing; place++) setValue(place, NaN);
  for (let place = firstPrompt; place <= lastPrompt; place++) setValue(place, NaN);
  for (let number = 0; number < 4; number++) setValue(verdictCounts + number, 0);
  setValue(savedMs, 0);
}

function gather(row: TurnRow): void {
  const number = <f64>row.number;
  const seconds = row.processingSeconds, llmSeconds = row.llmSeconds, tokens = row.promptTokens;
  const isFirst = row.number == 1;
  if (isFirst) {
    setValue(firstLlm, llmSeconds * 1000);
    setValue(firstProcessing, seconds * 1000);
  } else addSample(laterProcessing, seconds);
  addSample(processing, seconds);
  addPoint(trend, number, seconds * 1000);
  if (!isNaN(llmSeconds)) {
    addSample(llm, llmSeconds);
    if (!isFirst) addSample(laterLlm, llmSeconds);
  }
  if (!isNaN(row.voiceToVoiceSeconds)) addSample(voiceToVoice, row.voiceToVoiceSeconds);
  if (isNaN(tokens)) return;
  addSample(prompt, tokens);
  addPoint(growth, number, tokens);
  if (isNaN(valueAt(firstPrompt))) setValue(firstPrompt, tokens);
  setValue(lastPrompt, tokens);
  if (!isNaN(llmSeconds)) addPoint(correlation, tokens, llmSeconds * 1000);
}

/** Counts the verdict on a turn, and what the cache saved. */
function gatherCache(row: TurnRow, coldRate: f64): void {
  setValue(verdictCounts + verdict, valueAt(verdictCounts + verdict) + 1);
  if (isNaN(coldRate)) setValue(savedMs, NaN);
  const prefill = row.prefillMs;
  if (isNaN(prefill)) return;
  if (verdict == miss) addSample(coldPrefill, prefill);
  if (verdict == hit) addSample(warmPrefill, prefill);
  const tokens = promptSizeOf(row.promptTokens, row.promptEvalCount);
  const isServed = verdict == hit || verdict == partial;
  if (!isServed || !(tokens > 0) || isNaN(coldRate)) return;
  setValue(savedMs, valueAt(savedMs) + max<f64>(0, coldRate * tokens - prefill));
}
