/**
 * What requests tell of the clocks of two services, as far as it is nothing new: an exchange that takes
 * time both ways and leaves the bounds of an offset as they are. Nearly all are so; the others go to the
 * host, which knows the rules (`ClockOffsets`) and is told first of those that were gathered here.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";

/** Of the exchanges gathered the last ones are remembered: as many as the host does. */
const mostRows: i32 = 256;

/** Two services. The host reads and writes it: see `clockField`. */
@unmanaged export class ClockPair {
  /** Bounds of the offset, told by the host. */
  low: f64;
  high: f64;
  /** 1 while the host has such bounds. */
  isBounded: i32;
  /** Exchanges gathered, and how many of them had an answer. */
  gathered: i32;
  answered: i32;
  /** The last of them: when, and what each said of the bounds (3 × f64). */
  rows: usize;
}

/** An exchange of a plan: places of events, -1 for an answer that there is not. */
@unmanaged export class PlannedExchange {
  pair: ClockPair;
  hopCause: i32;
  hopEffect: i32;
  answerCause: i32;
  answerEffect: i32;
}

/** Tells the host of an exchange in the request that was read last. */
@external("host", "takeExchange") declare function takeExchange(
  hopCause: i32, hopEffect: i32, answerCause: i32, answerEffect: i32, events: i32,
): void;

/** Writers round each instant so far. */
let roundingSeconds: f64 = 0;

/** Sets how far writers round instants. */
export function openClocks(rounding: f64): void {
  roundingSeconds = rounding;
}

/** A pair without bounds. */
export function newClockPair(): ClockPair {
  const pair = changetype<ClockPair>(reserve(offsetof<ClockPair>()));
  memory.fill(changetype<usize>(pair), 0, offsetof<ClockPair>());
  pair.rows = reserve(<usize>mostRows * 24);
  return pair;
}

/** Takes what the exchanges of a request tell. */
export function measureClocks(plan: Plan, events: i32): void {
  const exchanges = plan.words(plan.exchanges);
  for (let index = 0; index < plan.exchangeCount; index++) {
    const exchange = changetype<PlannedExchange>(
      exchanges + <usize>index * offsetof<PlannedExchange>(),
    );
    const pair = exchange.pair;
    const at = secondsAt(exchange.hopCause);
    const there = secondsAt(exchange.hopEffect) - at;
    const hasAnswer = exchange.answerEffect >= 0;
    const back = hasAnswer
      ? secondsAt(exchange.answerEffect) - secondsAt(exchange.answerCause)
      : Infinity;
    const low = -back - roundingSeconds;
    const high = there + roundingSeconds;
    const isNothingNew = pair.isBounded != 0 && there >= 0 && back >= 0 &&
      low <= pair.low && high >= pair.high;
    if (!isNothingNew) {
      takeExchange(
        exchange.hopCause, exchange.hopEffect, exchange.answerCause, exchange.answerEffect, events,
      );
      continue;
    }
    const row = pair.rows + <usize>(pair.gathered & (mostRows - 1)) * 24;
    store<f64>(row, at);
    store<f64>(row, low, 8);
    store<f64>(row, high, 16);
    pair.gathered++;
    pair.answered += i32(hasAnswer);
  }
}
