import type { Pair, PairNames } from "../event/pair_names.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import type { SeriesSlot } from "../stats/series_table.ts";
import type { CompactEvents } from "./event_store.ts";
import { type PlannedStretch, planRequest, type RequestPlan } from "./request_plan.ts";
import type { CompactRequest } from "./request_table.ts";
import { catalogueRank } from "./spans.ts";
import type { RequestSummary } from "./summarize.ts";

/** Plans kept; a request of a further or longer shape gets one of its own, which costs more. */
const maxPlans = 4_096;
const maxPlannedEvents = 256;

/** Numbers that an event brings along for the summary, by the event's name. */
export const summaryCaptureWidth = llmChildren.length;

/** A series of spans; it takes its place in the table when it is measured first. */
interface SpanSeries {
  readonly name: string;
  slot: SeriesSlot | null;
}

/** A span of the request at hand. */
interface Stretch {
  readonly of: SpanSeries;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A span that metadata tells of, in one that events tell of. */
interface ChildStretch extends Stretch {
  readonly parent: PlannedStretch;
}

/**
 * Takes compact requests into a summary: the same figures as `RequestSummary.add` gets from objects,
 * by plans that are made once for each order of events.
 */
export class CompactSummary {
  readonly #summary: RequestSummary;
  readonly #names: PairNames;
  readonly #plans = new Map<number, RequestPlan[]>();
  #planCount = 0;
  readonly #endpointing: SpanSeries = { name: endpointing.name, slot: null };
  readonly #children: readonly SpanSeries[] = llmChildren.map(({ name }) => ({ name, slot: null }));
  /** Endpointing spans of the request at hand. */
  readonly #waits: Stretch[] = [];
  /** Load, prefill and generation of the request at hand. */
  readonly #parts: ChildStretch[] = [];

  constructor(summary: RequestSummary, names: PairNames) {
    this.#summary = summary;
    this.#names = names;
  }

  /** Takes in one request; returns the plan that it was measured by. */
  add({ events, captured }: CompactRequest): RequestPlan {
    const plan = this.#planOf(events);
    const { timestamps, count } = events;
    const first = timestamps[0] ?? Number.NaN;
    const totalSeconds = (timestamps[count - 1] ?? Number.NaN) - first;
    this.#findWaits(plan, events, captured);
    this.#findParts(plan, events, captured);
    const opening = this.#findOpening(plan, timestamps) ?? first;
    const audio = findFirstAudio(plan, timestamps, opening);
    const playbackSeconds = playbackLength(plan, timestamps);
    const isHeard = audio !== null && plan.outcome !== "partial";
    this.#summary.addFigures({
      totalSeconds,
      playbackSeconds,
      processingSeconds: totalSeconds - playbackSeconds,
      voiceToVoiceSeconds: isHeard ? audio - opening : null,
      outcome: plan.outcome,
    });
    this.#summary.clocks.add(plan.exchanges, timestamps);
    const until = isHeard ? audio : Number.NEGATIVE_INFINITY;
    if (!plan.isPlain || !this.#measurePlain(plan, timestamps, until)) {
      this.#measureInOrder(plan, timestamps, until);
    }
    this.#measureGaps(plan, timestamps, until);
    for (const { from, to, slot } of plan.steps) {
      slot.add((timestamps[to] ?? 0) - (timestamps[from] ?? 0), 0);
    }
    return plan;
  }

  #planOf(events: CompactEvents): RequestPlan {
    const { count, pairs } = events;
    let hash = count;
    for (let index = 0; index < count; index++) {
      hash = Math.imul(hash ^ (pairs[index] ?? 0), 0x01000193) + (hash >>> 13);
    }
    const known = this.#plans.get(hash);
    const plan = known?.find(({ shape }) => isShape(shape, events));
    if (plan !== undefined) return plan;
    const shape = pairs.slice(0, count);
    const made = planRequest(
      shape,
      Array.from(shape, (pair): Pair => this.#names.at(pair)),
      this.#summary.tables,
    );
    if (this.#planCount < maxPlans && count <= maxPlannedEvents) {
      this.#planCount++;
      this.#plans.set(hash, [...(known ?? []), made]);
    }
    return made;
  }

  /** Endpointing spans: their lengths are settings, told by metadata. */
  #findWaits(
    plan: RequestPlan,
    { timestamps, captures }: CompactEvents,
    captured: Float64Array,
  ): void {
    this.#waits.length = 0;
    for (const place of plan.pauses) {
      const capture = captures[place] ?? -1;
      const threshold = capture < 0 ? Number.NaN : (captured[capture] ?? Number.NaN);
      if (!(threshold >= 0)) continue;
      const endSeconds = timestamps[place] ?? 0;
      this.#waits.push({
        of: this.#endpointing,
        startSeconds: endSeconds - threshold,
        endSeconds,
      });
    }
  }

  /** Start of the last endpointing span that is not after the first finalized transcript. */
  #findOpening(plan: RequestPlan, timestamps: Float64Array): number | null {
    const limit = plan.finalized < 0 ? Number.POSITIVE_INFINITY : (timestamps[plan.finalized] ?? 0);
    let opening: number | null = null;
    let latest = Number.NEGATIVE_INFINITY;
    for (const { startSeconds, endSeconds } of this.#waits) {
      if (endSeconds > limit || endSeconds < latest) continue;
      if (endSeconds === latest && opening !== null && startSeconds < opening) continue;
      latest = endSeconds;
      opening = startSeconds;
    }
    return opening;
  }

  #findParts(
    plan: RequestPlan,
    { timestamps, captures }: CompactEvents,
    captured: Float64Array,
  ): void {
    this.#parts.length = 0;
    for (const parent of plan.llms) {
      const capture = captures[parent.to] ?? -1;
      const start = timestamps[parent.from] ?? 0;
      let endSeconds = timestamps[parent.to] ?? 0;
      if (capture < 0 || endSeconds < start) continue;
      let sum = 0;
      for (let child = 0; child < summaryCaptureWidth; child++) {
        const milliseconds = captured[capture + child] ?? Number.NaN;
        if (milliseconds > 0) sum += milliseconds / 1000;
      }
      if (sum > endSeconds - start) continue;
      for (let child = summaryCaptureWidth - 1; child >= 0; child--) {
        const milliseconds = captured[capture + child] ?? Number.NaN;
        const of = this.#children[child];
        if (!(milliseconds > 0) || of === undefined) continue;
        const startSeconds = Math.max(start, endSeconds - milliseconds / 1000);
        this.#parts.push({ of, startSeconds, endSeconds, parent });
        endSeconds = startSeconds;
      }
    }
  }

  /** Measures spans in any order; false, and nothing is done, if one has no place in the table yet. */
  #measurePlain(plan: RequestPlan, timestamps: Float64Array, until: number): boolean {
    for (const { slot } of plan.spans) if (slot === null) return false;
    for (const { of } of this.#waits) if (of.slot === null) return false;
    for (const { of } of this.#parts) if (of.slot === null) return false;
    for (const { from, to, slot } of plan.spans) {
      const start = timestamps[from] ?? 0;
      const end = timestamps[to] ?? 0;
      if (slot !== null && end >= start) measure(slot, start, end, until);
    }
    for (const { of, startSeconds, endSeconds } of this.#waits) {
      if (of.slot !== null) measure(of.slot, startSeconds, endSeconds, until);
    }
    for (const { of, startSeconds, endSeconds } of this.#parts) {
      if (of.slot !== null) measure(of.slot, startSeconds, endSeconds, until);
    }
    return true;
  }

  /**
   * Measures spans in the order in which `findSpans` lists them: sums of float64 depend on the order of
   * what is added, and places in the table on who comes first.
   */
  #measureInOrder(plan: RequestPlan, timestamps: Float64Array, until: number): void {
    const spans = plan.spans.flatMap((span): Stretch[] => [
      {
        of: span,
        startSeconds: timestamps[span.from] ?? 0,
        endSeconds: timestamps[span.to] ?? 0,
      },
      ...this.#parts.filter(({ parent }) => parent === span).reverse(),
    ]);
    const ordered = [...this.#waits, ...spans].sort(
      (a, b) =>
        a.startSeconds - b.startSeconds || catalogueRank(a.of.name) - catalogueRank(b.of.name),
    );
    for (const { of, startSeconds, endSeconds } of ordered) {
      if (endSeconds < startSeconds) continue;
      of.slot ??= this.#summary.tables.spans.slot(of.name);
      measure(of.slot, startSeconds, endSeconds, until);
    }
  }

  /** Gaps between events, as far as no endpointing span reaches into them. */
  #measureGaps(plan: RequestPlan, timestamps: Float64Array, until: number): void {
    for (const gap of plan.gaps) {
      const start = timestamps[gap.from] ?? 0;
      const next = timestamps[gap.to] ?? 0;
      let end = next;
      for (const { startSeconds, endSeconds } of this.#waits) {
        if (endSeconds >= next && startSeconds < end) end = startSeconds;
      }
      if (end <= start) continue;
      gap.slot ??= this.#summary.tables.gaps.slot(gap.name);
      measure(gap.slot, start, end, until);
      gap.slot.meet(this.#summary.requests);
    }
  }
}

function isShape(shape: Uint16Array, { count, pairs }: CompactEvents): boolean {
  if (shape.length !== count) return false;
  for (let index = 0; index < count; index++) if (shape[index] !== pairs[index]) return false;
  return true;
}

function findFirstAudio(
  plan: RequestPlan,
  timestamps: Float64Array,
  opening: number,
): number | null {
  for (const place of plan.audioStarts) {
    const at = timestamps[place] ?? 0;
    if (at >= opening) return at;
  }
  return null;
}

/** Length of the union of playback spans, which come in the order of their starts. */
function playbackLength(plan: RequestPlan, timestamps: Float64Array): number {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of plan.playbacks) {
    const end = timestamps[to] ?? 0;
    const start = Math.max(timestamps[from] ?? 0, reached);
    total += Math.max(0, end - start);
    reached = Math.max(reached, end);
  }
  return total;
}

/** Counts a stretch of time, and how much of it lies before `until`, the first audio. */
function measure(slot: SeriesSlot, start: number, end: number, until: number): void {
  const heard = Math.min(end, until);
  slot.add(end - start, heard > start ? heard - start : 0);
}
