/**
 * Plans: what is to be measured in every request whose events have the same names in the same order.
 * The host makes them by the plain rules, once for each shape; `request_plan.ts` explains the parts.
 */
import { reserve, takeBlock } from "../../event/scanner/assembly/memory.ts";
import { wordOf } from "../../event/scanner/assembly/text.ts";
import { outPairs } from "./out_events.ts";

/** Plans kept; a request of a further or longer shape gets one of its own, which costs more. */
const maxPlans: i32 = 4096;
const maxPlannedEvents: i32 = 256;
const bucketCount: u32 = 4096;

/** The head of a plan. Behind it stand, as the host has written them, its lists. */
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
  /** By which the host knows it. */
  number: i32;
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
  // What `ledger` needs.
  /** 0 if no rows are planned, 1 if they are, 2 if besides no two of them have a name in common. */
  ledgerState: i32;
  ledgerRowCount: i32;
  ledgerRows: i32;
  /** For each llm span where its children belong: its row, -1 for nowhere, -2 for who knows where. */
  ledgerLlms: i32;
  /** For each entry of `spans` whose time it is; none for what owns no time. */
  ledgerSpans: i32;
  /** Whose time it is from an event to the next where no span owns it. */
  ledgerSteps: i32;

  /** The words (i32) of a list. */
  @inline words(list: i32): usize {
    return changetype<usize>(this) + <usize>list;
  }
}

/** Asks the host to make the plan of the request that was read last; `isKept` says whether it stays. */
@external("host", "makePlan") declare function makePlan(events: i32, isKept: bool): Plan;

let buckets: usize = 0;
let planCount: i32 = 0;

/** Forgets all plans. */
export function forgetPlans(): void {
  buckets = reserve(<usize>bucketCount << 2);
  memory.fill(buckets, 0, <usize>bucketCount << 2);
  planCount = 0;
}

/** Room for a plan of so many bytes. */
export function planRoom(bytes: i32): usize {
  const plan = changetype<Plan>(takeBlock(bytes));
  plan.bytes = bytes;
  return changetype<usize>(plan);
}

/** The plan of the request that was read last; see `isKept`. */
export function planOf(events: i32): Plan {
  const hash = hashOfShape(events);
  const bucket = buckets + (<usize>(hash & (bucketCount - 1)) << 2);
  const first = changetype<Plan>(<usize>load<u32>(bucket));
  for (let plan = first; changetype<usize>(plan) != 0; plan = plan.next) {
    if (plan.hash == hash && plan.events == events && isShape(plan, events)) return plan;
  }
  const stays = planCount < maxPlans && events <= maxPlannedEvents;
  const plan = makePlan(events, stays);
  plan.hash = hash;
  if (stays) {
    plan.next = first;
    store<u32>(bucket, <u32>changetype<usize>(plan));
    planCount++;
  } else plan.next = plan;
  return plan;
}

/** Whether a plan stays when its request has been measured: those that do not are their own next. */
@inline export function isKept(plan: Plan): bool {
  return plan.next != plan;
}

@inline function isShape(plan: Plan, events: i32): bool {
  return memory.compare(plan.words(plan.shape), outPairs, <usize>events << 1) == 0;
}

@inline function hashOfShape(events: i32): u32 {
  const bytes = events << 1;
  let hash: u64 = <u64>events;
  for (let at = 0; at < bytes; at += 8) {
    hash = (hash ^ wordOf(outPairs + <usize>at, bytes - at)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return <u32>hash;
}
