/** Where plans are made: one at a time, its words one after the other. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { Plan } from "./plan.ts";

/** More than the words of all lists of a request, for each of its events, and for none. */
const wordsPerEvent: i32 = 40;
const wordsAtLeast: i32 = 256;

let capacity: i32 = 0;
let start: usize = 0;
/** Where the next word goes. */
let at: usize = 0;

/** Forgets the memory that was used so far. */
export function forgetRoom(): void {
  capacity = 0;
}

/** A plan for so many events, without lists; it takes the place of the one made last. */
export function beginPlan(events: i32): Plan {
  if (events > capacity) {
    capacity = events * 2;
    start = reserve(<usize>(wordsAtLeast + capacity * wordsPerEvent) << 2);
  }
  memory.fill(start, 0, offsetof<Plan>());
  at = start + offsetof<Plan>();
  return changetype<Plan>(start);
}

/** Where the next list begins, counted in bytes from the plan. */
@inline export function here(): i32 {
  return <i32>(at - start);
}

/** Adds a word. */
@inline export function put(word: i32): void {
  store<i32>(at, word);
  at += 4;
}

/** Adds whole words for so many bytes; returns where they stand. */
export function room(bytes: usize): usize {
  const from = at;
  at += (bytes + 3) & ~3;
  return from;
}
