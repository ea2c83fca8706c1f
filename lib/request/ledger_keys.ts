import type { Pair, PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import type { SeriesTable } from "../stats/series_table.ts";
import { buildLedger, type LedgerRow } from "./ledger.ts";
import { ledgerKey } from "./ledger_summary.ts";
import { type PlannedSpan, planRequest, type RequestPlan } from "./request_plan.ts";
import { catalogueRank } from "./spans.ts";

/** What the compiled ledger offers; `assembly/ledger.ts` explains each. */
interface LedgerExports {
  openLedger(
    load: number,
    prefill: number,
    generation: number,
    wait: number,
    nameless: number,
    counts: boolean,
  ): void;
  newLedgerKey(number: number): number;
  ledgerRoom(bytes: number): number;
  readonly outPairs: WebAssembly.Global<"i32">;
}

/** `LedgerPlan.state` of the engine. */
const state = { unplanned: 0, planned: 1, distinct: 2 } as const;
/** Where the children of an llm span belong, if not to a row. */
const belongs = { nowhere: -1, somewhere: -2 } as const;

const waitKey = ledgerKey(endpointing);
const namelessKey = ledgerKey({ kind: "unaccounted", name: "unaccounted" });

/** What an engine's ledger rows are counted or told under, and the plans that it lays ledgers by. */
export class LedgerKeys {
  readonly #exports: LedgerExports;
  readonly #engine: Engine;
  readonly #pairs: PairNames;
  readonly #steps: SeriesTable;
  readonly #childKeys: readonly string[];
  /** Keys by their numbers, and where the engine has each. */
  readonly #keys: string[] = [];
  readonly #places = new Map<string, number>();

  /**
   * The engine must measure already; `pairs` and `steps` are those that it measures by. `childKeys` are the
   * keys of load, prefill and generation; `counts` says whether the engine counts the ledger of each request.
   */
  constructor(
    engine: Engine,
    pairs: PairNames,
    steps: SeriesTable,
    childKeys: readonly string[],
    counts: boolean,
  ) {
    this.#engine = engine;
    this.#pairs = pairs;
    this.#steps = steps;
    this.#childKeys = childKeys;
    this.#exports = engine.exports as unknown as LedgerExports;
    engine.host["planLedger"] = (events = 0, lasts = 0) => this.#plan(events, lasts !== 0);
    const [load = 0, prefill = 0, generation = 0] = childKeys.map((key) => this.#keyPlace(key));
    const [wait, nameless] = [this.#keyPlace(waitKey), this.#keyPlace(namelessKey)];
    this.#exports.openLedger(load, prefill, generation, wait, nameless, counts);
  }

  /** A key by the number that the engine knows it by. */
  at(number: number): string {
    return this.#keys[number] ?? "";
  }

  /** Plans the ledger of the request at hand; for a shape that `lasts` the rows, too. Returns where the engine has it. */
  #plan(events: number, lasts: boolean): number {
    const { buffer } = this.#engine;
    const shape = new Uint16Array(buffer, this.#exports.outPairs.value, events).slice();
    const names = Array.from(shape, (pair) => this.#pairs.at(pair));
    // Its steps have taken their places already.
    const plan = planRequest(shape, names, this.#steps);
    const rows = lasts ? rowsOf(plan, names) : null;
    const llms = plan.llms.map(({ from, to }) => rowOfCall(plan, rows ?? [], from, to));
    const keys = (rows ?? []).map(ledgerKey);
    const isDistinct = new Set([...keys, ...this.#childKeys, waitKey]).size === keys.length + 4;
    // With several calls a kind of children may come more than once.
    const isSimple = isDistinct && llms.length <= 1;
    const lists = [
      (rows ?? []).flatMap((row, index) => {
        const key = this.#keyPlace(ledgerKey(row));
        return [row.startSeconds, row.endSeconds, key, llms.indexOf(index)];
      }),
      llms,
      withChildren(plan).map((span) => this.#spanKey(span)),
      plan.steps.map(({ name }) => this.#keyPlace(ledgerKey({ kind: "unaccounted", name }))),
    ];
    return this.#write(
      rows === null ? state.unplanned : isSimple ? state.distinct : state.planned,
      rows?.length ?? 0,
      lists,
    );
  }

  /** Writes a `LedgerPlan`; returns where it is. */
  #write(stateOfRows: number, rowCount: number, lists: readonly (readonly number[])[]): number {
    const head = 3 + lists.length;
    const starts = lists.map(
      (_, index) => head + lists.slice(0, index).reduce((sum, { length }) => sum + length, 0),
    );
    const all = [0, stateOfRows, rowCount, ...starts.map((start) => start * 4), ...lists.flat()];
    all[0] = all.length * 4;
    const at = this.#exports.ledgerRoom(all.length * 4);
    this.#engine.words.set(all, at / 4);
    return at;
  }

  #spanKey({ kind, name, from }: PlannedSpan): number {
    return from < 0 || kind === "playback" || kind === "envelope"
      ? 0
      : this.#keyPlace(ledgerKey({ kind, name }));
  }

  #keyPlace(key: string): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#exports.newLedgerKey(this.#keys.push(key) - 1);
    this.#places.set(key, place);
    return place;
  }
}

/** The rows of a request whose events are one second apart and tell nothing, from the first on. */
function rowsOf({ spans, audioStarts: [audio] }: RequestPlan, names: readonly Pair[]): LedgerRow[] {
  if (audio === undefined) return [];
  const complete = spans.map(({ name, kind, from, to }) => ({
    ...{ name, kind, parent: null },
    ...{ startEvent: from, endEvent: to, startSeconds: from, endSeconds: to },
  }));
  const events = names.map((pair, index) => ({
    ...pair,
    ...{ timestampSeconds: index, requestId: "", metadata: {} },
  }));
  return buildLedger(events, complete, { openingSeconds: 0, firstAudioSeconds: audio });
}

/**
 * The row that the children of a call cut: one step, so that they begin later than all else there. What
 * begins with the first audio or behind it has no row.
 */
function rowOfCall(
  { audioStarts: [audio = 0] }: RequestPlan,
  rows: readonly LedgerRow[],
  from: number,
  to: number,
): number {
  if (from >= audio) return belongs.nowhere;
  const row = rows.findIndex(
    ({ startSeconds, endSeconds }) => startSeconds === from && endSeconds === to,
  );
  return row < 0 || to !== from + 1 ? belongs.somewhere : row;
}

const children: readonly PlannedSpan[] = llmChildren.map(({ name }, to) => ({
  ...{ name, kind: "work", rank: catalogueRank(name) },
  ...{ from: -1, to },
}));

/**
 * The spans, in catalogue order as they are, and among them at their rank the kinds of children: an
 * entry from -1 stands for all spans of the kind of its `to`.
 */
function withChildren({ spans, llms }: RequestPlan): readonly PlannedSpan[] {
  if (llms.length === 0) return spans;
  const all: PlannedSpan[] = [];
  let left = children;
  for (const span of spans) {
    while (left[0] !== undefined && left[0].rank <= span.rank) {
      all.push(left[0]);
      left = left.slice(1);
    }
    all.push(span);
  }
  all.push(...left);
  return all;
}
