/**
 * Whose each moment of a wait is, found anew for one request: by the spans that cover it, the one that
 * started last first, ties to the one that ends first, then in catalogue order.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { keyAt, LedgerKey, takeRow } from "./ledger_keys.ts";
import { childEnd, childStart, waitCount, waitEnd, waitStart } from "./metadata_spans.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { childKinds, stretchAt } from "./planned_stretch.ts";
import { orderOf, placeAt } from "./sort.ts";

// Spans that may own time, in catalogue order: starts and ends (f64), whose (u32).
let capacity: i32 = 0;
let starts: usize = 0;
let ends: usize = 0;
let owners: usize = 0;
let listed: i32 = 0;

/** Instants at which the owner may change (f64). */
let edgeCapacity: i32 = 0;
let edges: usize = 0;
let edgeCount: i32 = 0;

const nobody: i32 = -1;

/** Forgets the memory that was used so far. */
export function forgetOwners(): void {
  capacity = edgeCapacity = 0;
}

/**
 * Takes the rows of a request from its opening to its first audio. The keys are those of endpointing, of the
 * kinds of children, and of what lies before the first event and is nobody's.
 */
export function findOwnedRows(
  plan: Plan, events: i32, from: f64, until: f64,
  waitKey: LedgerKey, childKeys: usize, nameless: LedgerKey,
): void {
  listSpans(plan, waitKey, childKeys);
  listEdges(events, from, until);
  const order = orderOf(edges, edgeCount);
  const steps = plan.ledger.words(plan.ledger.steps);
  let event = -1;
  let start = from;
  let owner = nobody;
  let ownedFrom = from;
  for (let index = 0; index < edgeCount; index++) {
    const end = edgeAt(placeAt(order, index));
    if (end == start) continue;
    while (event + 1 < events && secondsAt(event + 1) <= start) event++;
    const next = ownerBetween(start, end);
    if (next != owner && owner != nobody) takeOwned(owner, ownedFrom, start);
    if (next != owner) ownedFrom = start;
    owner = next;
    if (owner == nobody) takeRow(event < 0 ? nameless : keyAt(steps, event), start, end);
    start = end;
  }
  if (owner != nobody) takeOwned(owner, ownedFrom, start);
}

function takeOwned(owner: i32, start: f64, end: f64): void {
  takeRow(keyAt(owners, owner), start, end);
}

function ownerBetween(start: f64, end: f64): i32 {
  let owner = nobody;
  for (let span = 0; span < listed; span++) {
    if (startOf(span) > start || endOf(span) < end) continue;
    const isFirst = owner == nobody || startOf(span) > startOf(owner) ||
      (startOf(span) == startOf(owner) && endOf(span) < endOf(owner));
    if (isFirst) owner = span;
  }
  return owner;
}

function listSpans(plan: Plan, waitKey: LedgerKey, childKeys: usize): void {
  const most = waitCount + plan.spanCount + plan.llmCount * childKinds;
  if (most > capacity) grow(most * 2);
  listed = 0;
  for (let wait = 0; wait < waitCount; wait++) {
    list(waitKey, waitStart(wait), waitEnd(wait));
  }
  const spans = plan.words(plan.spans);
  const keys = plan.ledger.words(plan.ledger.spans);
  for (let index = 0; index < plan.spanCount; index++) {
    const span = stretchAt(spans, index);
    const key = keyAt(keys, index);
    if (span.from >= 0) {
      if (changetype<usize>(key) != 0) list(key, secondsAt(span.from), secondsAt(span.to));
      continue;
    }
    for (let llm = 0; llm < plan.llmCount; llm++) {
      const start = childStart(llm, span.to);
      if (!isNaN(start)) list(keyAt(childKeys, span.to), start, childEnd(llm, span.to));
    }
  }
}

/** Lists a span that has a length. */
function list(key: LedgerKey, start: f64, end: f64): void {
  if (!(end > start)) return;
  const at = <usize>(listed++);
  store<f64>(starts + (at << 3), start);
  store<f64>(ends + (at << 3), end);
  store<u32>(owners + (at << 2), <u32>changetype<usize>(key));
}

function listEdges(events: i32, from: f64, until: f64): void {
  const most = events + listed * 2 + 2;
  if (most > edgeCapacity) {
    edgeCapacity = most * 2;
    edges = reserve(<usize>edgeCapacity << 3);
  }
  edgeCount = 0;
  addEdge(from, from, until);
  addEdge(until, from, until);
  for (let place = 0; place < events; place++) addEdge(secondsAt(place), from, until);
  for (let span = 0; span < listed; span++) {
    addEdge(startOf(span), from, until);
    addEdge(endOf(span), from, until);
  }
}

function addEdge(seconds: f64, from: f64, until: f64): void {
  if (seconds < from || seconds > until) return;
  store<f64>(edges + (<usize>(edgeCount++) << 3), seconds);
}

function grow(count: i32): void {
  capacity = count;
  starts = reserve(<usize>count << 3);
  ends = reserve(<usize>count << 3);
  owners = reserve(<usize>count << 2);
}

@inline function startOf(span: i32): f64 {
  return load<f64>(starts + (<usize>span << 3));
}

@inline function endOf(span: i32): f64 {
  return load<f64>(ends + (<usize>span << 3));
}

@inline function edgeAt(place: i32): f64 {
  return load<f64>(edges + (<usize>place << 3));
}
