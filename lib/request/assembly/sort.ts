/** Places of numbers in the order of the numbers, equal ones in the order in which they stand. */
import { reserve } from "../../event/scanner/assembly/memory.ts";

/** Runs that are put in order by insertion before they are merged. */
const runLength: i32 = 16;

let capacity: i32 = 0;
let orderAt: usize = 0;
let spareAt: usize = 0;

/** Forgets the memory that was used so far. */
export function forgetOrder(): void {
  capacity = 0;
}

/** Orders the places of `count` float64; returns where the ordered places (i32) stand until the next call. */
export function orderOf(numbers: usize, count: i32): usize {
  if (count > capacity) {
    capacity = count * 2;
    orderAt = reserve(<usize>capacity << 2);
    spareAt = reserve(<usize>capacity << 2);
  }
  for (let from = 0; from < count; from += runLength) {
    insertRun(numbers, from, min(from + runLength, count));
  }
  let source = orderAt;
  let target = spareAt;
  for (let width = runLength; width < count; width *= 2) {
    for (let from = 0; from < count; from += width * 2) {
      const middle = min(from + width, count);
      merge(numbers, source, target, from, middle, min(middle + width, count));
    }
    const merged = target;
    target = source;
    source = merged;
  }
  return source;
}

function insertRun(numbers: usize, from: i32, end: i32): void {
  for (let index = from; index < end; index++) {
    const number = numberAt(numbers, index);
    let to = index;
    while (to > from && numberAt(numbers, placeAt(orderAt, to - 1)) > number) {
      putPlace(orderAt, to, placeAt(orderAt, to - 1));
      to--;
    }
    putPlace(orderAt, to, index);
  }
}

function merge(numbers: usize, source: usize, target: usize, from: i32, middle: i32, end: i32): void {
  let left = from;
  let right = middle;
  for (let to = from; to < end; to++) {
    const takesLeft = left < middle && (right >= end ||
      numberAt(numbers, placeAt(source, left)) <= numberAt(numbers, placeAt(source, right)));
    putPlace(target, to, placeAt(source, takesLeft ? left++ : right++));
  }
}

@inline function numberAt(numbers: usize, place: i32): f64 {
  return load<f64>(numbers + (<usize>place << 3));
}

/** The place that stands at an index of an order. */
@inline export function placeAt(order: usize, index: i32): i32 {
  return load<i32>(order + (<usize>index << 2));
}

@inline function putPlace(order: usize, index: i32, place: i32): void {
  store<i32>(order + (<usize>index << 2), place);
}
