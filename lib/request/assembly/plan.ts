/**
 * Plans: what is to be measured in every request whose events have the same names in the same order;
 * `RequestPlan` explains the parts.
 */
import { LedgerPlan } from "./ledger_plan.ts";

/** The head of a plan. Behind it stand its lists. */
@unmanaged export class Plan {
  next: Plan;
  hash: u32;
  /** Bytes that it takes. */
  bytes: i32;
  /** Events in the shape. */
  events: i32;
  outcome: i32;
  /** 1 if no voice-to-voice is told of such a request. */
  isPartial: i32;
  /** 1 once all spans have a series. */
  isPlaced: i32;
  /** Place of the first finalized transcript; -1 if there is none. */
  finalized: i32;
  // Lists: their length, and where they begin, counted in bytes from here.
  shape: i32;
  steps: i32;
  spanCount: i32;
  spans: i32;
  gapCount: i32;
  gaps: i32;
  playbackCount: i32;
  playbacks: i32;
  llmCount: i32;
  llms: i32;
  pauseCount: i32;
  pauses: i32;
  audioStartCount: i32;
  audioStarts: i32;
  exchangeCount: i32;
  exchanges: i32;
  // Places of events that tell facts; -1 where there is none.
  prompt: i32;
  answer: i32;
  pause: i32;
  speechEnd: i32;
  // Events that tell of the prompt, and of those that bring the model's counters.
  builtCount: i32;
  built: i32;
  receivedCount: i32;
  received: i32;
  /** What the ledger needs; none unless ledgers are laid. */
  ledger: LedgerPlan;

  /** The words (i32) of a list. */
  @inline words(list: i32): usize {
    return changetype<usize>(this) + <usize>list;
  }
}
