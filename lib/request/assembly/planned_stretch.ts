/** Stretches of time that a plan speaks of, and how they come to be samples of a series. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { addSample, meetSeries, Series } from "./series.ts";

/** A span or gap of a plan, as the host writes it. */
@unmanaged export class PlannedStretch {
  /** Place of its first event; -1 for what stands for all children of a kind. */
  from: i32;
  /** Place of its last event; or which kind of child. */
  to: i32;
  /** None until it is measured first: places in the host's tables are scarce. */
  series: Series;
  /** By which the host knows its name. */
  name: i32;
}

/** Spans that metadata tells of: load, prefill and generation, inside an llm span. */
export const childKinds: i32 = 3;

/** Asks the host for the series of a name: in the table of spans, or in that of gaps. */
@external("host", "placeSeries") declare function placeSeries(isGap: bool, name: i32): Series;

/** Endpointing spans and the kinds of children: they belong to no plan. */
let settings: usize = 0;

/** Sets the host's names of endpointing spans and of the kinds of children. */
export function nameSettings(endpointing: i32, load: i32, prefill: i32, generation: i32): void {
  const bytes = <usize>(1 + childKinds) * offsetof<PlannedStretch>();
  settings = reserve(bytes);
  memory.fill(settings, 0, bytes);
  stretchAt(settings, 0).name = endpointing;
  stretchAt(settings, 1).name = load;
  stretchAt(settings, 2).name = prefill;
  stretchAt(settings, 3).name = generation;
}

/** What stands for endpointing spans. */
@inline export function endpointingStretch(): PlannedStretch {
  return stretchAt(settings, 0);
}

/** What stands for children of a kind. */
@inline export function childStretch(kind: i32): PlannedStretch {
  return stretchAt(settings, 1 + kind);
}

/** A stretch of a list. */
@inline export function stretchAt(list: usize, index: i32): PlannedStretch {
  return changetype<PlannedStretch>(list + <usize>index * offsetof<PlannedStretch>());
}

/** Whether a stretch has its series. */
@inline export function isPlaced(stretch: PlannedStretch): bool {
  return changetype<usize>(stretch.series) != 0;
}

/** Counts a span, and how much of it lies before `until`, the first audio. */
@inline export function measureStretch(span: PlannedStretch, start: f64, end: f64, until: f64): void {
  if (!isPlaced(span)) span.series = placeSeries(false, span.name);
  addStretch(span.series, start, end, until);
}

/** Counts a gap in the same way, and that it was met in a request, by its number. */
@inline export function measureGap(gap: PlannedStretch, start: f64, end: f64, until: f64, request: i32): void {
  if (!isPlaced(gap)) gap.series = placeSeries(true, gap.name);
  addStretch(gap.series, start, end, until);
  meetSeries(gap.series, request);
}

@inline function addStretch(series: Series, start: f64, end: f64, until: f64): void {
  const heard = end < until ? end : until;
  addSample(series, end - start, heard > start ? heard - start : 0);
}
