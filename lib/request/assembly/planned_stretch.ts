/** Stretches of time that a plan speaks of, and how they come to be samples of a series. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { addSample, meetSeries, Series } from "./series.ts";

/** What spans or gaps of one name have in common. */
@unmanaged export class StretchName {
  /** None until one is measured first: places in the host's tables are scarce. */
  series: Series;
  /** By which the host knows it. */
  number: i32;
  /** Its place among the names of the catalogue. */
  rank: i32;
  /** 1 for spans that metadata may divide. */
  isLlm: i32;
}

/** A span or gap of a plan. */
@unmanaged export class PlannedStretch {
  /** Place of its first event; -1 for what stands for all children of a kind. */
  from: i32;
  /** Place of its last event; or which kind of child. */
  to: i32;
  name: StretchName;
}

/** Spans that metadata tells of: load, prefill and generation, inside an llm span. */
export const childKinds: i32 = 3;

/** Asks the host for the series of a name. */
@external("host", "placeSeries") declare function placeSeries(name: i32): Series;

/** Names of endpointing spans and of the kinds of children (u32): these spans belong to no plan. */
const settings = memory.data(16, 16);

/** A name without a series. */
export function newStretchName(number: i32, rank: i32, isLlm: i32): StretchName {
  const name = changetype<StretchName>(reserve(offsetof<StretchName>()));
  name.series = changetype<Series>(0);
  name.number = number;
  name.rank = rank;
  name.isLlm = isLlm;
  return name;
}

/** Sets the names of endpointing spans and of the kinds of children. */
export function nameSettings(
  endpointing: StretchName, load: StretchName, prefill: StretchName, generation: StretchName,
): void {
  store<u32>(settings, <u32>changetype<usize>(endpointing));
  store<u32>(settings, <u32>changetype<usize>(load), 4);
  store<u32>(settings, <u32>changetype<usize>(prefill), 8);
  store<u32>(settings, <u32>changetype<usize>(generation), 12);
}

/** The name of endpointing spans. */
@inline export function endpointingName(): StretchName {
  return changetype<StretchName>(<usize>load<u32>(settings));
}

/** The name of children of a kind. */
@inline export function childName(kind: i32): StretchName {
  return changetype<StretchName>(<usize>load<u32>(settings + (<usize>kind << 2), 4));
}

/** A stretch of a list. */
@inline export function stretchAt(list: usize, index: i32): PlannedStretch {
  return changetype<PlannedStretch>(list + <usize>index * offsetof<PlannedStretch>());
}

/** Whether a name has its series. */
@inline export function isPlaced(name: StretchName): bool {
  return changetype<usize>(name.series) != 0;
}

/** Counts a span, and how much of it lies before `until`, the first audio. */
@inline export function measureStretch(name: StretchName, start: f64, end: f64, until: f64): void {
  if (!isPlaced(name)) name.series = placeSeries(name.number);
  addStretch(name.series, start, end, until);
}

/** Counts a gap in the same way, and that it was met in a request, by its number. */
@inline export function measureGap(name: StretchName, start: f64, end: f64, until: f64, request: i32): void {
  measureStretch(name, start, end, until);
  meetSeries(name.series, request);
}

@inline function addStretch(series: Series, start: f64, end: f64, until: f64): void {
  const heard = end < until ? end : until;
  addSample(series, end - start, heard > start ? heard - start : 0);
}
