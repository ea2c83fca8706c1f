/** A turn of a conversation as a row of numbers, and how it is read off a request. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { openingOfLast, processingOfLast, totalOfLast } from "./figures.ts";
import { capturedAt, outCaptures, secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { orderOf, placeAt } from "./sort.ts";

/** A turn. The host reads it: see `rowField`. What is unknown is NaN. Behind it stands the id. */
@unmanaged export class TurnRow {
  startSeconds: f64;
  totalSeconds: f64;
  processingSeconds: f64;
  voiceToVoiceSeconds: f64;
  llmSeconds: f64;
  promptTokens: f64;
  promptEvalCount: f64;
  cachedCount: f64;
  prefillMs: f64;
  /** In its conversation, from 1. */
  number: i32;
  /** The next turn of the conversation. */
  next: TurnRow;
  /** The row that was written next. */
  later: TurnRow;
  /** Two answers of two bits, whether the id is UTF-16, and from bit 8 on the bytes of the id. */
  flags: i32;
}

// Where in a capture each value stands.
let promptTokensAt: i32 = 0;
let tailModeAt: i32 = 0;
let prefillAt: i32 = 0;
let countAt: i32 = 0;
let cachedAt: i32 = 0;
let kvCacheAt: i32 = 0;

/** Whether any event has told of a cached context as yet. */
let hasAnswers: bool = false;

let starts: usize = 0;
let startCapacity: i32 = 0;

/** Sets where in a capture each value stands. */
export function placeTurnValues(
  promptTokens: i32, tailMode: i32, prefill: i32, count: i32, cached: i32, kvCache: i32,
): void {
  promptTokensAt = promptTokens;
  tailModeAt = tailMode;
  prefillAt = prefill;
  countAt = count;
  cachedAt = cached;
  kvCacheAt = kvCache;
  startCapacity = 0;
}

/** Begins with events of which none has told of a cached context. */
export function forgetAnswers(): void {
  hasAnswers = false;
}

/** Says that an event tells of a cached context. */
export function noteAnswer(): void {
  hasAnswers = true;
}

/** Reads the turn off a request: all but what it is called and where it belongs. */
export function readTurn(row: TurnRow, plan: Plan, events: i32, until: f64): void {
  row.startSeconds = secondsAt(0);
  row.totalSeconds = totalOfLast;
  row.processingSeconds = processingOfLast;
  row.voiceToVoiceSeconds = until == -Infinity ? NaN : until - openingOfLast;
  row.llmSeconds = plan.llmCount == 0 ? NaN : sumOfCalls(plan);
  readPrompt(row, plan);
  readCounters(row, plan);
  if (hasAnswers) row.flags |= kvCacheOf(events) << 2;
}

/** Sum of the complete llm spans, in the order of their starts. */
function sumOfCalls(plan: Plan): f64 {
  const count = plan.llmCount;
  if (count > startCapacity) {
    startCapacity = count * 2;
    starts = reserve(<usize>startCapacity << 3);
  }
  const llms = plan.words(plan.llms);
  for (let llm = 0; llm < count; llm++) {
    store<f64>(starts + (<usize>llm << 3), secondsAt(placeAt(llms, llm * 2)));
  }
  const order = orderOf(starts, count);
  let sum: f64 = 0;
  for (let index = 0; index < count; index++) {
    const llm = placeAt(order, index);
    sum = sum + secondsAt(placeAt(llms, llm * 2 + 1)) - load<f64>(starts + (<usize>llm << 3));
  }
  return sum;
}

/** A number that counts something: a negative one is no count. */
@inline function amountAt(place: i32, index: i32): f64 {
  const value = capturedAt(place, index);
  return value >= 0 ? value : NaN;
}

/** The first size of the prompt, and the first answer to whether it went out as a tail. */
function readPrompt(row: TurnRow, plan: Plan): void {
  const built = plan.words(plan.built);
  row.promptTokens = NaN;
  row.flags = 0;
  for (let index = 0; index < plan.builtCount; index++) {
    const place = placeAt(built, index);
    if (isNaN(row.promptTokens)) row.promptTokens = amountAt(place, promptTokensAt);
    if (row.flags == 0) row.flags = answerAt(place, tailModeAt);
  }
}

/** The counters of the first call that has any. */
function readCounters(row: TurnRow, plan: Plan): void {
  const received = plan.words(plan.received);
  row.promptEvalCount = row.cachedCount = row.prefillMs = NaN;
  for (let index = 0; index < plan.receivedCount; index++) {
    const place = placeAt(received, index);
    row.promptEvalCount = amountAt(place, countAt);
    row.cachedCount = amountAt(place, cachedAt);
    row.prefillMs = amountAt(place, prefillAt);
    const hasAny = !isNaN(row.promptEvalCount) || !isNaN(row.cachedCount) || !isNaN(row.prefillMs);
    if (hasAny) return;
  }
}

/** The first answer of all events to whether a cached context was handed over. */
function kvCacheOf(events: i32): i32 {
  for (let place = 0; place < events; place++) {
    if (load<i32>(outCaptures + (<usize>place << 2)) < 0) continue;
    const answer = answerAt(place, kvCacheAt);
    if (answer != 0) return answer;
  }
  return 0;
}

/** An answer: 2 for true, 1 for false, 0 for none. */
@inline function answerAt(place: i32, index: i32): i32 {
  const value = capturedAt(place, index);
  return isNaN(value) ? 0 : <i32>value;
}
