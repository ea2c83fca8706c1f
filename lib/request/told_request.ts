import type { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { llmChildren, llmSpan } from "../event/span_catalogue.ts";
import type { CaptureScheme } from "./capture_scheme.ts";
import type { CompactRequest } from "./compact_request.ts";
import type { CompactSummary } from "./compact_summary.ts";
import type { LedgerKeys } from "./ledger_keys.ts";
import { ledgerKey } from "./ledger_summary.ts";
import type { MeasuredRequest, SpentRow } from "./measured_request.ts";
import { StepNames } from "./step_names.ts";
import type { StretchNames } from "./stretch_names.ts";
import { type MeasuredWorkload, readWorkload, workloadMeasures } from "./workload.ts";

/** What is to be told of requests. */
export interface TellingWishes {
  readonly stretches: boolean;
  readonly ledgers: boolean;
}

type Double = WebAssembly.Global<"f64">;

/** What the engine tells of the request at hand; `assembly/telling.ts` and `figures.ts` explain each. */
interface TellingExports {
  tellStretches(): void;
  tellLedger(): void;
  readonly toldStart: WebAssembly.Global<"i32">;
  readonly toldCount: WebAssembly.Global<"i32">;
  readonly totalOfLast: Double;
  readonly playbackOfLast: Double;
  readonly processingOfLast: Double;
  readonly voiceToVoiceOfLast: Double;
}

/** Words of four bytes that a told stretch takes, and where among them it has what. */
const toldWords = 6;
const toldField = { startSeconds: 0, endSeconds: 1, number: 4 } as const;

/** Keys of children are no others': what they are a part of is known by them. */
const childMark = " ";
const childKeys = llmChildren.map(({ name }) => `${childMark}${ledgerKey({ kind: "work", name })}`);
const stageOfChildren = ledgerKey({ kind: "work", name: llmSpan });

/**
 * The request that an engine hands out, as it was measured there. One object serves for all of a log; what
 * it says is valid while the request is being handed out.
 */
export class ToldRequest implements MeasuredRequest {
  readonly #engine: Engine;
  readonly #exports: TellingExports;
  readonly #names: StretchNames;
  readonly #captures: CaptureScheme;
  readonly #pairs: PairNames;
  readonly #steps: StepNames;
  readonly #keys: LedgerKeys | null;
  #request: Pick<CompactRequest, "events" | "captured"> = nobody;

  /** By the pair's number. */
  readonly #measures: (readonly number[])[] = [];
  /** How many stretches were told; rows come behind them. */
  #stretches = 0;

  /** `compact` measures already, and has not met a request. */
  constructor(
    engine: Engine,
    compact: CompactSummary,
    pairs: PairNames,
    captures: CaptureScheme,
    { stretches, ledgers }: TellingWishes,
  ) {
    this.#engine = engine;
    this.#exports = engine.exports as unknown as TellingExports;
    this.#names = compact.names;
    this.#pairs = pairs;
    this.#captures = captures;
    this.#steps = new StepNames(pairs);
    if (stretches) this.#exports.tellStretches();
    this.#keys = ledgers ? compact.openKeys(childKeys) : null;
  }

  /** Turns to the request that is handed out. */
  turnTo(request: CompactRequest): void {
    this.#request = request;
    this.#stretches = this.#exports.toldCount.value;
  }

  get figures(): MeasuredRequest["figures"] {
    const { totalOfLast, playbackOfLast, processingOfLast, voiceToVoiceOfLast } = this.#exports;
    const voiceToVoice = voiceToVoiceOfLast.value;
    return {
      totalSeconds: totalOfLast.value,
      playbackSeconds: playbackOfLast.value,
      processingSeconds: processingOfLast.value,
      voiceToVoiceSeconds: Number.isNaN(voiceToVoice) ? null : voiceToVoice,
    };
  }

  showStretches(show: Parameters<MeasuredRequest["showStretches"]>[0]): void {
    this.#showTold(0, this.#stretches, (number, startSeconds, endSeconds) =>
      show(this.#names.at(number), startSeconds, endSeconds),
    );
  }

  showSteps(show: Parameters<MeasuredRequest["showSteps"]>[0]): void {
    const { count } = this.#request.events;
    for (let place = 1; place < count; place++) {
      // Not to be kept: whoever is shown one may have the engine's memory grow.
      const { timestamps, pairs } = this.#request.events;
      const name = this.#steps.nameOf(pairs[place - 1] ?? 0, pairs[place] ?? 0);
      show(name, timestamps[place - 1] ?? Number.NaN, timestamps[place] ?? Number.NaN);
    }
  }

  ledger(): readonly SpentRow[] {
    const rows: SpentRow[] = [];
    const before = this.#exports.toldCount.value;
    this.#exports.tellLedger();
    this.#showTold(before, this.#exports.toldCount.value, (number, startSeconds, endSeconds) => {
      const key = this.#keys?.at(number) ?? "";
      const isChild = key.startsWith(childMark);
      const spender = isChild ? key.slice(childMark.length) : key;
      const stage = isChild ? stageOfChildren : key;
      rows.push({ spender, stage, startSeconds, endSeconds });
    });
    return rows;
  }

  workload(): readonly MeasuredWorkload[] {
    const { count, timestamps, pairs, captures } = this.#request.events;
    const { captured } = this.#request;
    return readWorkload(
      count,
      (place) => timestamps[place] ?? Number.NaN,
      (place, measure) => {
        const capture = captures[place] ?? -1;
        if (capture < 0) return Number.NaN;
        const at = this.#measuresOf(pairs[place] ?? 0)[measure] ?? -1;
        return at < 0 ? Number.NaN : (captured[capture + at] ?? Number.NaN);
      },
    );
  }

  /** Where in the captures of a pair stands what tells of each measure of workload; -1 for nowhere. */
  #measuresOf(pair: number): readonly number[] {
    const known = this.#measures[pair];
    if (known !== undefined) return known;
    const { name } = this.#pairs.at(pair);
    const keys = this.#captures.keysOf(name)?.numbers ?? [];
    const found = workloadMeasures.map(({ event, key }) =>
      event === name ? keys.indexOf(key) : -1,
    );
    this.#measures[pair] = found;
    return found;
  }

  #showTold(
    from: number,
    to: number,
    show: (number: number, startSeconds: number, endSeconds: number) => void,
  ): void {
    // Addresses are unsigned.
    const first = (this.#exports.toldStart.value >>> 0) / 4;
    for (let told = from; told < to; told++) {
      // Not to be kept, as with steps; the list may move, but what was in it stays.
      const { words, doubles } = this.#engine;
      const word = first + told * toldWords;
      const double = word / 2;
      show(
        words[word + toldField.number] ?? 0,
        doubles[double + toldField.startSeconds] ?? Number.NaN,
        doubles[double + toldField.endSeconds] ?? Number.NaN,
      );
    }
  }
}

const none = new Float64Array(0);
const nobody: Pick<CompactRequest, "events" | "captured"> = {
  events: { count: 0, timestamps: none, pairs: new Uint16Array(0), captures: new Int32Array(0) },
  captured: none,
};
