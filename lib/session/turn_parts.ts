import type { Engine } from "../event/scanner/engine.ts";
import { rowField } from "./engine_turn.ts";

/** Turns that were gathered elsewhere, as plain data. */
export interface TurnParts {
  /** As the engine's memory holds them, in the order of the log, each with the number of its session. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** Ids of the sessions, in the order in which they were met; null for that of all without one. */
  readonly sessions: readonly (string | null)[];
}

/** What the compiled turns offer; `lib/request/assembly/turn_parts.ts` explains each. */
interface TurnPartExports {
  firstTurn(): number;
  numberBySession(): void;
  lastOfRun(first: number): number;
  startOf(row: number): number;
  behind(row: number): number;
  turnRoom(bytes: number): number;
  adoptTurns(from: number, bytes: number, sessions: number): void;
}

/**
 * Copies all rows out of an engine, which no longer knows the numbers of turns then. Memory: as much as
 * they take there.
 */
export function packRows(engine: Engine): Uint8Array<ArrayBuffer> {
  const exports = engine.exports as unknown as TurnPartExports;
  exports.numberBySession();
  const { bytes, words } = engine;
  const runs: Buffer[] = [];
  for (let row = exports.firstTurn() >>> 0; row !== 0; ) {
    const last = exports.lastOfRun(row) >>> 0;
    runs.push(bytes.subarray(exports.startOf(row) >>> 0, exports.behind(last) >>> 0));
    row = (words[last / 4 + rowField.later] ?? 0) >>> 0;
  }
  const packed = new Uint8Array(runs.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const run of runs) {
    packed.set(run, at);
    at += run.length;
  }
  return packed;
}

/**
 * Puts rows of another engine behind all rows of this one. `place` is asked once for each of their
 * sessions, by its first row and its number there, and returns its number here.
 */
export function adoptRows(
  engine: Engine,
  rows: Uint8Array,
  sessions: number,
  place: (row: number, session: number) => number,
): void {
  const exports = engine.exports as unknown as TurnPartExports;
  engine.host["adoptSession"] = (session = 0, row = 0) => place(row >>> 0, session);
  const at = exports.turnRoom(rows.length) >>> 0;
  engine.bytes.set(rows, at);
  exports.adoptTurns(at, rows.length, sessions);
}
