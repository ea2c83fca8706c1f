/** Plans by the order of names that they are for: most requests have one of a few. */
import { giveBlock, reserve, takeBlock } from "../../event/scanner/assembly/memory.ts";
import { wordOf } from "../../event/scanner/assembly/text.ts";
import { isPlanningLedger } from "./ledger.ts";
import { LedgerPlan } from "./ledger_plan.ts";
import { makePlan } from "./make_plan.ts";
import { outPairs } from "./out_events.ts";
import { Plan } from "./plan.ts";

/** Plans kept; that of a request of a further or longer shape is made anew each time. */
const maxPlans: i32 = 4096;
const maxPlannedEvents: i32 = 256;
const bucketCount: u32 = 4096;

/** Asks the host to plan the ledger of the request at hand; `lasts` says whether its plan is kept. */
@external("host", "planLedger") declare function planLedger(events: i32, lasts: bool): LedgerPlan;

/** What was planned of the ledger last, if its plan is not kept. */
let passing: LedgerPlan = changetype<LedgerPlan>(0);
let buckets: usize = 0;
let planCount: i32 = 0;

/** Forgets all plans. */
export function forgetPlans(): void {
  buckets = reserve(<usize>bucketCount << 2);
  memory.fill(buckets, 0, <usize>bucketCount << 2);
  planCount = 0;
  passing = changetype<LedgerPlan>(0);
}

/** The plan of the request that was read last; it lasts until the next is asked for. */
export function planOf(events: i32): Plan {
  const hash = hashOfShape(events);
  const bucket = buckets + (<usize>(hash & (bucketCount - 1)) << 2);
  const first = changetype<Plan>(<usize>load<u32>(bucket));
  for (let plan = first; changetype<usize>(plan) != 0; plan = plan.next) {
    if (plan.hash == hash && plan.events == events && isShape(plan, events)) return plan;
  }
  const stays = planCount < maxPlans && events <= maxPlannedEvents;
  const plan = makePlan(events);
  plan.hash = hash;
  if (isPlanningLedger) planLedgerOf(plan, events, stays);
  if (!stays) return plan;
  planCount++;
  const kept = keepPlan(plan, first);
  store<u32>(bucket, <u32>changetype<usize>(kept));
  return kept;
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

function planLedgerOf(plan: Plan, events: i32, stays: bool): void {
  if (changetype<usize>(passing) != 0) giveBlock(changetype<usize>(passing), passing.bytes);
  plan.ledger = planLedger(events, stays);
  passing = stays ? changetype<LedgerPlan>(0) : plan.ledger;
}

/** A copy of a plan that lasts. */
function keepPlan(plan: Plan, next: Plan): Plan {
  const kept = changetype<Plan>(takeBlock(plan.bytes));
  memory.copy(changetype<usize>(kept), changetype<usize>(plan), <usize>plan.bytes);
  kept.next = next;
  return kept;
}
