import type { Engine } from "../event/scanner/engine.ts";
import { boundedId } from "./bounded_id.ts";
import { EngineTurn, rowField } from "./engine_turn.ts";
import { type Session, SessionGroups } from "./session_groups.ts";
import { turnPlaces } from "./turn_captures.ts";
import { known } from "./turn_fields.ts";
import { adoptRows, packRows, type TurnParts } from "./turn_parts.ts";
import { TurnReading } from "./turn_table.ts";

/** What the compiled turns offer; `lib/request/assembly/turns.ts` explains each. */
interface TurnExports {
  openTurns(
    promptTokens: number,
    tailMode: number,
    prefill: number,
    count: number,
    cached: number,
    kvCache: number,
    places: boolean,
  ): void;
  firstTurn(): number;
  turnList(session: number): number;
}

/** Float64 that stand before a row. */
const placeField = { fromByte: -3, toByte: -2, events: -1 } as const;

/** A request as a sample is drawn of it, by its row. */
export interface PlacedRow {
  readonly row: number;
  readonly startSeconds: number;
  readonly processingSeconds: number;
  /** Null if there is none. */
  readonly voiceToVoiceSeconds: number | null;
}

/** How to find a request again. */
export interface RequestPlace extends PlacedRow {
  readonly id: string;
  readonly totalSeconds: number;
  /** How many events it has. */
  readonly events: number;
  /** Its lines lie from one place in the log to another; NaN if one of them is nobody knows where. */
  readonly fromByte: number;
  readonly toByte: number;
}

/**
 * Turns that the engine reads off the requests of its table and keeps, conversation by conversation.
 * With `keepsPlaces` it is known, too, where each request's lines stand.
 *
 * Memory: 88 bytes a turn and its id, with places 24 more, in the engine.
 */
export class EngineTurns {
  /** The conversations; they have their turns once `end()` was called. */
  readonly groups: SessionGroups;

  readonly #engine: Engine;
  readonly #exports: TurnExports;
  readonly #reading = new TurnReading();
  /** By the engine's numbers of them. */
  readonly #sessions: Session[] = [];
  readonly #numbers = new Map<Session, number>();
  /** Where a conversation is cut depends on the turn before. */
  #hasCuts = false;

  /** The engine's table must be open, and measure. See `SessionGroups` for `gapSeconds`. */
  constructor(engine: Engine, gapSeconds: number | null, keepsPlaces: boolean) {
    this.#engine = engine;
    this.#exports = engine.exports as unknown as TurnExports;
    this.groups = new SessionGroups(gapSeconds, {
      add: () => {
        throw new Error("The engine keeps its own turns");
      },
      turnsOf: (list) => this.#reading.turnsOf(list, () => this.#cursor()),
      engine,
    });
    const at = turnPlaces;
    engine.host["placeTurn"] = (row = 0, session = 0, length = 0, end = 0) => {
      const id = length === 0 ? null : this.#textOf(session, length);
      const number = this.#place(row >>> 0, id, end);
      // What has no session may be cut at silences, turn by turn.
      const isCut = id === null && gapSeconds !== null;
      this.#hasCuts ||= isCut;
      return isCut ? -1 - number : number;
    };
    engine.host["shortenId"] = (id = 0, length = 0, isWide = 0, to = 0) => {
      const { bytes } = engine;
      const whole = bytes.toString(isWide === 0 ? "latin1" : "utf16le", id, id + length);
      return bytes.write(boundedId(whole), to, "utf16le");
    };
    this.#exports.openTurns(
      at.promptTokens,
      at.tailMode,
      at.prefill,
      at.count,
      at.cached,
      at.kvCache,
      keepsPlaces,
    );
  }

  /** Whether each turn would be of the same conversation whatever came before all of them. */
  get isOrderFree(): boolean {
    return !this.#hasCuts && !this.groups.isFull;
  }

  /** All turns, to be merged into those of another; only where that is free of order, and once. */
  parts(): TurnParts {
    const sessions = this.#sessions.map(({ id, inferred }) => (inferred ? null : id));
    return { rows: packRows(this.#engine), sessions };
  }

  /** Takes in turns that were gathered elsewhere and come behind those that are here. */
  merge({ rows, sessions }: TurnParts): void {
    // That they are free of order means that nobody asks when they ended.
    adoptRows(this.#engine, rows, sessions.length, (row, session) =>
      this.#place(row, sessions[session] ?? null, Number.NaN),
    );
  }

  /** Hands the turns over to their conversations; to be called once, when the table has ended. */
  end(): void {
    const { words } = this.#engine;
    for (const [number, session] of this.#sessions.entries()) {
      const list = (this.#exports.turnList(number) >>> 0) / 4;
      const { kept } = session;
      kept.first = (words[list] ?? 0) >>> 0;
      kept.last = (words[list + 1] ?? 0) >>> 0;
      kept.length = words[list + 2] ?? 0;
      session.turns = kept.length;
    }
  }

  /** Shows all requests in the order in which they were handed out; one object serves for all of them. */
  forEach(show: (request: PlacedRow) => void): void {
    const { words, doubles } = this.#engine;
    const voiceToVoiceSeconds: number | null = null as number | null;
    const one = { row: 0, startSeconds: 0, processingSeconds: 0, voiceToVoiceSeconds };
    // Addresses are unsigned.
    const behind = (row: number) => (words[row / 4 + rowField.later] ?? 0) >>> 0;
    for (let row = this.#exports.firstTurn() >>> 0; row !== 0; row = behind(row)) {
      const at = row / 8;
      one.row = row;
      one.startSeconds = doubles[at + rowField.startSeconds] ?? Number.NaN;
      one.processingSeconds = doubles[at + rowField.processingSeconds] ?? Number.NaN;
      one.voiceToVoiceSeconds = known(doubles[at + rowField.voiceToVoiceSeconds]);
      show(one);
    }
  }

  /** Where the lines of a request stand, by its row; only with `keepsPlaces`. */
  placeOf(row: number): RequestPlace {
    const turn = this.#cursor();
    turn.read(row);
    const { id, startSeconds, totalSeconds, processingSeconds, voiceToVoiceSeconds } = turn;
    const place = (field: number) => this.#engine.doubles[row / 8 + field] ?? Number.NaN;
    return {
      row,
      id,
      startSeconds,
      totalSeconds,
      processingSeconds,
      voiceToVoiceSeconds,
      events: place(placeField.events),
      fromByte: place(placeField.fromByte),
      toByte: place(placeField.toByte),
    };
  }

  #cursor(): EngineTurn {
    return new EngineTurn(this.#engine);
  }

  #textOf(session: number, length: number): string {
    const { bytes } = this.#engine;
    const text = bytes.toString("latin1", session, session + length);
    if (plainText.test(text)) return text.slice(1, -1);
    return JSON.parse(decoder.decode(bytes.subarray(session, session + length))) as string;
  }

  #place(row: number, id: string | null, endSeconds: number): number {
    const turn = this.#cursor();
    turn.read(row);
    const session = this.groups.placeTurn(turn, id, endSeconds);
    const number = this.#numbers.get(session);
    if (number !== undefined) return number;
    this.#numbers.set(session, this.#sessions.length);
    return this.#sessions.push(session) - 1;
  }
}

/** JSON text of a string that holds nothing to unescape. */
const plainText = /^"[ !#-[\]-~]*"$/;
const decoder = new TextDecoder();
