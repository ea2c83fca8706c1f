/** Samples counted by size, in the buckets of the host's `Sketch`: that file explains them. */
import { giveBlock, reserve, takeBlock } from "../../event/scanner/assembly/memory.ts";

/** The counts of one series. The host reads them too: see `seriesField`. */
@unmanaged export class Sketch {
  /** Values of zero and below. */
  zeros: i32;
  /** Number of the first bucket. */
  lowest: i32;
  /** u32 each. */
  buckets: usize;
  size: i32;
}

/** Seconds: below it a duration counts as none, above it as this one. */
const smallest: f64 = 1e-9;
const largest: f64 = 1e12;
/** Bits of a float64 behind those that tell its bucket: 128 buckets for each power of two. */
const shift: u64 = 45;
/** Buckets beyond the one that is needed. */
const margin: i32 = 256;

/** A sketch that has counted nothing. */
export function newSketch(): Sketch {
  const sketch = changetype<Sketch>(reserve(offsetof<Sketch>()));
  sketch.zeros = 0;
  sketch.lowest = 0;
  sketch.buckets = 0;
  sketch.size = 0;
  return sketch;
}

/** Counts one value. */
@inline export function countInSketch(sketch: Sketch, value: f64): void {
  if (value < smallest) {
    sketch.zeros++;
    return;
  }
  const bucket = <i32>(reinterpret<u64>(value > largest ? largest : value) >> shift);
  if (<u32>(bucket - sketch.lowest) >= <u32>sketch.size) widen(sketch, bucket);
  const at = sketch.buckets + (<usize>(bucket - sketch.lowest) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Makes room for a bucket, and for those around it. */
function widen(sketch: Sketch, bucket: i32): void {
  const isEmpty = sketch.size == 0;
  const lowest = isEmpty ? bucket - margin : min(sketch.lowest, bucket - margin);
  const highest = isEmpty ? bucket + margin : max(sketch.lowest + sketch.size, bucket + margin);
  const size = highest - lowest;
  const buckets = takeBlock(size << 2);
  memory.fill(buckets, 0, <usize>size << 2);
  if (!isEmpty) {
    const from = <usize>(sketch.lowest - lowest) << 2;
    memory.copy(buckets + from, sketch.buckets, <usize>sketch.size << 2);
    giveBlock(sketch.buckets, sketch.size << 2);
  }
  sketch.buckets = buckets;
  sketch.lowest = lowest;
  sketch.size = size;
}
