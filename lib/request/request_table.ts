import type { KeySet, LineScanner } from "../event/scanner/line_scanner.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { type AssemblerBounds, disorderSeconds, usualBounds } from "./bounds.ts";
import { type CompactRequest, RequestView } from "./compact_request.ts";
import { sessionText } from "./session_text.ts";

/** What the compiled table offers; `assembly/table.ts` explains each. */
interface TableExports {
  openTable(
    idle: number,
    disorder: number,
    open: number,
    events: number,
    waiting: number,
    captureWidth: number,
    forHost: boolean,
  ): void;
  openIntake(numbers: number, sessions: boolean, kvCacheAt: number, places: boolean): void;
  captureFrom(pair: number, keys: number, numbers: number, count: number): void;
  inputStart(): number;
  takeRecords(from: number, to: number, base: number): void;
  eventRoom(bytes: number): number;
  takeEvent(
    seconds: number,
    pair: number,
    hasNumbers: boolean,
    idLength: number,
    isWide: boolean,
    sessionLength: number,
    fromByte: number,
    toByte: number,
  ): void;
  endTable(): void;
  closedEarly(): number;
  completeRequests(): number;
  otherEvents(): number;
  mayContinue(beforeSeconds: number, fromSeconds: number): number;
}

/** What is to be kept of requests, and who gets them. */
export interface TableWishes {
  /** Numbers that each event may bring along. */
  readonly captureWidth: number;
  /** Where in each capture stands what has_kv_cache says, which any event may carry; null for nowhere. */
  readonly kvCacheAt?: number | null;
  /** Whether requests tell their session; it is copied then. */
  readonly sessions?: boolean;
  /** Whether it is noted where in the log the lines of requests stand. */
  readonly places?: boolean;
  /** Gets every request when it is complete; without it nobody does, and only `measure` counts. */
  readonly emit?: (request: CompactRequest) => void;
}

/**
 * Gathers a stream of events into requests, as `RequestAssembler` does with objects and by the same
 * rules, in the memory of the scanner's engine: many million events a second. One suite proves both. A
 * scanner has one table; making another empties the first.
 *
 * Memory: about 150 bytes an open request and 15 an event.
 */
export class RequestTable {
  readonly #scanner: LineScanner;
  readonly #exports: TableExports;
  readonly #captureWidth: number;
  readonly #keepsSessions: boolean;
  readonly #inputStart: number;

  constructor(
    scanner: LineScanner,
    idleSeconds: number,
    { captureWidth, kvCacheAt = null, sessions = false, places = false, emit }: TableWishes,
    { openRequests, eventsPerRequest, waitingRequests }: AssemblerBounds = usualBounds,
  ) {
    const { engine } = scanner;
    this.#scanner = scanner;
    this.#captureWidth = captureWidth;
    this.#keepsSessions = sessions;
    this.#exports = engine.exports as unknown as TableExports;
    this.#inputStart = this.#exports.inputStart();
    this.#exports.openTable(
      idleSeconds,
      disorderSeconds,
      openRequests,
      eventsPerRequest,
      waitingRequests,
      captureWidth,
      emit !== undefined,
    );
    this.#exports.openIntake(captureWidth, sessions, kvCacheAt ?? -1, places);
    const view = new RequestView(engine);
    engine.host["takeRequest"] = (
      events = 0,
      id = 0,
      idLength = 0,
      isWide = 0,
      session = 0,
      sessionLength = 0,
    ) => {
      view.point(events, id, idLength, isWide, session, sessionLength);
      emit?.(view);
    };
  }

  /** Requests closed before their time because a bound was reached. */
  get closedEarly(): number {
    return this.#exports.closedEarly();
  }

  /** Requests that are complete. */
  get requests(): number {
    return this.#exports.completeRequests();
  }

  /** Events of the pair that stands for all that had no number of their own. */
  get otherEvents(): number {
    return this.#exports.otherEvents();
  }

  /**
   * Sets who knows the numbers of pairs: `learn` is told the scanner's number of each that is met first,
   * and returns the one that requests are to tell.
   */
  learnPairs(learn: (pair: number) => number): void {
    this.#scanner.engine.host["learnPair"] = (pair = 0) => learn(pair);
  }

  /** From now on records of a pair bring along the values of a set of keys of the scanner's. */
  captureFrom(pair: number, { offset, numbers, names }: KeySet): void {
    this.#exports.captureFrom(pair, offset, numbers, names.length);
  }

  /**
   * Takes the scanner's records from one number up to another, none of which is odd. `offset` is where in
   * the log the first byte of the scanner's input stands.
   */
  takeRecords(from: number, to: number, offset = 0): void {
    this.#exports.takeRecords(from, to, offset - this.#inputStart);
  }

  /**
   * Takes an event that was decoded without the scanner: its pair's number, the numbers it brings, and
   * between which bytes of the log its line stands.
   */
  takeEvent(
    event: TimingEvent,
    pair: number,
    numbers: readonly number[] | null,
    fromByte = Number.NaN,
    toByte = Number.NaN,
  ): void {
    const { requestId, timestampSeconds } = event;
    const isWide = !isAscii(requestId);
    const session = this.#keepsSessions ? sessionText(event) : "";
    const idLength = isWide ? requestId.length * 2 : requestId.length;
    const at = this.#exports.eventRoom(idLength + session.length * 3);
    const { engine } = this.#scanner;
    numbers?.forEach((number, index) => {
      engine.doubles[at / 8 + index] = number;
    });
    const id = at + this.#captureWidth * 8;
    engine.bytes.write(requestId, id, isWide ? "utf16le" : "latin1");
    const sessionLength = engine.bytes.write(session, id + idLength, "utf8");
    const brings = numbers !== null;
    const lengths = [idLength, isWide, sessionLength] as const;
    this.#exports.takeEvent(timestampSeconds, pair, brings, ...lengths, fromByte, toByte);
  }

  /** Whether a request that began before one instant may go on with events from another on. */
  mayContinue(beforeSeconds: number, fromSeconds: number): boolean {
    return this.#exports.mayContinue(beforeSeconds, fromSeconds) !== 0;
  }

  /** Closes and hands out all that is left. */
  end(): void {
    this.#exports.endTable();
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
