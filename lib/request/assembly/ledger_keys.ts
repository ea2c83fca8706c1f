/** What the rows of ledgers are counted under, and how they are: rows of one kind and name together. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { addSample, Series } from "./series.ts";
import { tell } from "./telling.ts";

/** All rows of one kind and name. */
@unmanaged export class LedgerKey {
  /** What the rows of the request at hand take together. */
  sum: f64;
  series: Series;
  /** By which the host knows it. */
  number: i32;
  /** The request that `sum` is about. */
  request: i32;
}

/** A key of a list. */
@inline export function keyAt(list: usize, index: i32): LedgerKey {
  return changetype<LedgerKey>(<usize>load<u32>(list + (<usize>index << 2)));
}

/** Asks the host for the series of a key. */
@external("host", "placeLedger") declare function placeLedger(key: i32): Series;

// What rows are for: each is a sample, all of a key together are one, or the host is told of them.
const counted: i32 = 0;
const summed: i32 = 1;
const told: i32 = 2;

/** Keys met in the request at hand, in their order (u32); none while each counts at once. */
let met: usize = 0;
let metCount: i32 = 0;
let metCapacity: i32 = 0;
let use: i32 = 0;
let currentRequest: i32 = 0;

/** Forgets the memory that was used so far. */
export function forgetRows(): void {
  metCapacity = 0;
}

/** A key that has taken nothing. */
export function newLedgerKey(number: i32): LedgerKey {
  const key = changetype<LedgerKey>(reserve(offsetof<LedgerKey>()));
  key.series = changetype<Series>(0);
  key.number = number;
  key.request = -1;
  return key;
}

/** Begins with the rows of a request, by its number; `sums` says whether some may have one key. */
export function beginRows(request: i32, sums: bool): void {
  currentRequest = request;
  use = sums ? summed : counted;
  metCount = 0;
}

/** Begins with rows that the host is to be told of. */
export function beginToldRows(): void {
  use = told;
}

/** Takes a row of a key. */
@inline export function takeRow(key: LedgerKey, start: f64, end: f64): void {
  if (use == counted) addSample(seriesOf(key), end - start, 0);
  else if (use == summed) addToSum(key, end - start);
  else tell(start, end, key.number);
}

/** Counts what the rows of a request have come to. */
export function endRows(): void {
  for (let index = 0; index < metCount; index++) {
    const key = keyAt(met, index);
    addSample(seriesOf(key), key.sum, 0);
  }
}

function addToSum(key: LedgerKey, seconds: f64): void {
  if (key.request == currentRequest) {
    key.sum += seconds;
    return;
  }
  key.request = currentRequest;
  key.sum = seconds;
  if (metCount == metCapacity) growMet();
  store<u32>(met + (<usize>(metCount++) << 2), <u32>changetype<usize>(key));
}

function growMet(): void {
  metCapacity = max(metCapacity * 2, 64);
  const larger = reserve(<usize>metCapacity << 2);
  memory.copy(larger, met, <usize>metCount << 2);
  met = larger;
}

@inline function seriesOf(key: LedgerKey): Series {
  if (changetype<usize>(key.series) == 0) key.series = placeLedger(key.number);
  return key.series;
}
