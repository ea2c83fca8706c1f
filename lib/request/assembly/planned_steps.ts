/** Steps from one event to the next, by the pairs of names that they lie between. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { StretchName } from "./planned_stretch.ts";
import { Series } from "./series.ts";

/** All steps between two pairs of names. */
@unmanaged class Step {
  pairs: u32;
  series: Series;
  /** None until it is a gap first. */
  gap: StretchName;
}

const slots: u32 = 8192;
/** Steps remembered; of further ones the host is asked each time. */
const maxSteps: i32 = 4096;
const nothing: Step = changetype<Step>(0);

/** Open addressing: steps by their pairs (u32). */
let table: usize = 0;
let stepCount: i32 = 0;

/** Asks the host for the series of a step between two pairs, and for its name as a gap. */
@external("host", "placeStep") declare function placeStep(from: i32, to: i32): Series;
@external("host", "nameGap") declare function nameGap(from: i32, to: i32): StretchName;

/** Forgets all steps. */
export function forgetSteps(): void {
  table = reserve(<usize>slots << 2);
  memory.fill(table, 0, <usize>slots << 2);
  stepCount = 0;
}

/** The series of steps between two pairs. */
export function stepSeries(from: i32, to: i32): Series {
  const step = stepBetween(from, to);
  return step == nothing ? placeStep(from, to) : step.series;
}

/** The name of gaps between two pairs. */
export function gapName(from: i32, to: i32): StretchName {
  const step = stepBetween(from, to);
  if (step == nothing) return nameGap(from, to);
  if (changetype<usize>(step.gap) == 0) step.gap = nameGap(from, to);
  return step.gap;
}

/** The step between two pairs; nothing if there is no room to remember it. */
function stepBetween(from: i32, to: i32): Step {
  const pairs = (<u32>from << 16) | <u32>to;
  let slot = (pairs * 0x9e3779b1) >> 19;
  while (true) {
    const at = table + (<usize>slot << 2);
    const step = changetype<Step>(<usize>load<u32>(at));
    if (step == nothing) return stepCount < maxSteps ? addStep(at, pairs, from, to) : nothing;
    if (step.pairs == pairs) return step;
    slot = (slot + 1) & (slots - 1);
  }
}

function addStep(at: usize, pairs: u32, from: i32, to: i32): Step {
  const step = changetype<Step>(reserve(offsetof<Step>()));
  step.pairs = pairs;
  step.series = placeStep(from, to);
  step.gap = changetype<StretchName>(0);
  store<u32>(at, <u32>changetype<usize>(step));
  stepCount++;
  return step;
}
