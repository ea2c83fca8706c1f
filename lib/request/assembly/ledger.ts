/**
 * The ledger of the request at hand, as `buildLedger` lays it with objects and `LedgerSummary` counts it:
 * what each row took, rows of one name taken together. Where all events have instants of their own its
 * rows are those of the plan, but for what metadata adds; else they are found as the plain rule does.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { openingOfLast } from "./figures.ts";
import { beginRows, beginToldRows, endRows, forgetRows, keyAt, LedgerKey, takeRow } from "./ledger_keys.ts";
import { findOwnedRows, forgetOwners } from "./ledger_owners.ts";
import { childEnd, childStart, hasChildren, waitCount, waitEnd, waitStart } from "./metadata_spans.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { childKinds } from "./planned_stretch.ts";

/** A row of a plan, as the host writes it. */
@unmanaged class PlannedRow {
  from: i32;
  to: i32;
  key: LedgerKey;
  /** Which llm span it is, as its children cut it; -1 for none. */
  llm: i32;
}

/** Whether ledgers are planned: they are counted, or the host may ask for them. */
export let isPlanningLedger: bool = false;
/** Whether ledgers are counted. */
export let isKeepingLedger: bool = false;

/** Keys of the kinds of children, of endpointing, and of what lies before the first event. */
let childKeys: usize = 0;
let waitKey: LedgerKey = changetype<LedgerKey>(0);
let nameless: LedgerKey = changetype<LedgerKey>(0);

// Values of `LedgerPlan.state`, and of a list of it.
const unplanned: i32 = 0;
const distinct: i32 = 2;
const somewhere: i32 = -2;

/** Lays no ledgers. */
export function stopLedger(): void {
  isPlanningLedger = false;
  isKeepingLedger = false;
}

/** Lays ledgers from now on, and counts them if that is wanted; the host has made these keys. */
export function openLedger(
  load: LedgerKey, prefill: LedgerKey, generation: LedgerKey, wait: LedgerKey, other: LedgerKey, counts: bool,
): void {
  isPlanningLedger = true;
  isKeepingLedger = counts;
  childKeys = reserve(16);
  store<u32>(childKeys, <u32>changetype<usize>(load));
  store<u32>(childKeys, <u32>changetype<usize>(prefill), 4);
  store<u32>(childKeys, <u32>changetype<usize>(generation), 8);
  waitKey = wait;
  nameless = other;
  forgetRows();
  forgetOwners();
}

/**
 * Counts the ledger of a request, by its number, up to its first audio; `hasTies` says whether two of its
 * events have one instant.
 */
export function measureLedger(plan: Plan, events: i32, until: f64, request: i32, hasTies: bool): void {
  if (!hasTies && isAsPlanned(plan)) {
    beginRows(request, plan.ledger.state != distinct);
    takePlannedRows(plan);
  } else {
    beginRows(request, true);
    findOwnedRows(plan, events, openingOfLast, until, waitKey, childKeys, nameless);
  }
  endRows();
}

/**
 * Tells the host the ledger of a request, up to its first audio, or NaN for one without, whose ledger ends with
 * its last event.
 */
export function tellRows(plan: Plan, events: i32, audio: f64, hasTies: bool): void {
  const isHeard = !isNaN(audio);
  beginToldRows();
  if (isHeard && !hasTies && isAsPlanned(plan)) takePlannedRows(plan);
  else {
    const until = isHeard ? audio : secondsAt(events - 1);
    findOwnedRows(plan, events, openingOfLast, until, waitKey, childKeys, nameless);
  }
}

/** Whether metadata makes no other rows of the request than its plan has. */
function isAsPlanned(plan: Plan): bool {
  if (plan.ledger.state == unplanned) return false;
  if (waitCount > 1 || (waitCount == 1 && waitEnd(0) != secondsAt(0))) return false;
  return !hasChildren || areChildrenWithin(plan);
}

/** Whether all children lie within the rows of their llm spans, and begin later than those. */
function areChildrenWithin(plan: Plan): bool {
  const llms = plan.ledger.words(plan.ledger.llms);
  const starts = plan.words(plan.llms);
  for (let llm = 0; llm < plan.llmCount; llm++) {
    const row = load<i32>(llms + (<usize>llm << 2));
    const start = secondsAt(load<i32>(starts + (<usize>llm << 3)));
    for (let kind = 0; kind < childKinds; kind++) {
      const child = childStart(llm, kind);
      if (isNaN(child)) continue;
      if (row == somewhere || child <= start) return false;
    }
  }
  return true;
}

function takePlannedRows(plan: Plan): void {
  const first = secondsAt(0);
  if (waitCount == 1 && waitStart(0) < first) takeRow(waitKey, waitStart(0), first);
  let row = plan.ledger.words(plan.ledger.rows);
  const behind = row + <usize>plan.ledger.rowCount * offsetof<PlannedRow>();
  for (; row < behind; row += offsetof<PlannedRow>()) {
    const planned = changetype<PlannedRow>(row);
    const start = secondsAt(planned.from), end = secondsAt(planned.to);
    if (planned.llm < 0 || !hasChildren) takeRow(planned.key, start, end);
    else takeCutRow(planned, start, end);
  }
}

/** Takes the row of an llm span: what its children leave, and then theirs. */
function takeCutRow(planned: PlannedRow, start: f64, end: f64): void {
  let rest = end;
  for (let kind = childKinds - 1; kind >= 0; kind--) {
    const child = childStart(planned.llm, kind);
    if (!isNaN(child) && child < childEnd(planned.llm, kind)) rest = child;
  }
  takeRow(planned.key, start, rest);
  for (let kind = 0; kind < childKinds; kind++) {
    const from = childStart(planned.llm, kind), to = childEnd(planned.llm, kind);
    if (from < to) takeRow(keyAt(childKeys, kind), from, to);
  }
}
