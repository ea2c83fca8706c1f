import { type DecodedLine, decodeLine } from "../../lib/event/decode.ts";
import { PairNames } from "../../lib/event/pair_names.ts";
import { EventCursor } from "../../lib/event/scanner/event_cursor.ts";
import { field, type KeySet, LineScanner } from "../../lib/event/scanner/line_scanner.ts";
import type { TimingEvent } from "../../lib/event/timing_event.ts";

/** Lines of more bytes are odd to the probe's scanner. */
export const probeMaxLineBytes = 64 * 1024;

/** All that a cursor says of the event at hand. */
export interface CursorView {
  readonly timestampSeconds: number;
  readonly pair: number;
  readonly words: readonly number[];
  readonly idLength: number;
  readonly longId: string | null;
  readonly session: string | null;
  readonly kvCache: number;
  /** Values of the keys that the probe reads, answers behind numbers. */
  readonly numbers: readonly number[];
}

/** One line as the scanner takes it. */
export interface FastLine {
  readonly event: TimingEvent;
  readonly view: CursorView;
}

/** Reads single lines by the scanner and by `decodeLine()`, to see whether they agree. */
export class LineProbe {
  readonly scanner: LineScanner;
  readonly names = new PairNames();
  readonly cursor: EventCursor;
  readonly #keys: KeySet;

  /** The probe reads the numbers of these members of the metadata, and the answers of `t` and `f`. */
  constructor(keys: readonly string[] = ["pause_threshold", "n", "x"]) {
    this.scanner = new LineScanner(2 * probeMaxLineBytes, probeMaxLineBytes);
    this.cursor = new EventCursor(this.scanner, this.names, true);
    this.#keys = this.scanner.registerKeys(keys, ["t", "f"]);
  }

  /** The event of a line (without its line end) if the scanner takes it; null if the line is odd. */
  scan(line: Uint8Array): FastLine | null {
    const { scanner } = this;
    // What lies behind the line must not matter.
    scanner.input.fill(0x30, line.length, line.length + 300);
    scanner.input.set(line);
    scanner.input[line.length] = 10;
    const records = scanner.scan(0, line.length + 1);
    if (records !== 1) throw new Error(`The scanner made ${records} records of one line`);
    if (scanner.fieldOf(0, field.pair) < 0) return null;
    this.cursor.pointAtRecord(0);
    const idStart = scanner.fieldOf(0, field.idStart);
    const { service, name } = this.names.at(this.cursor.pair);
    const metadata = scanner.textOf(
      scanner.fieldOf(0, field.metadata),
      scanner.fieldOf(0, field.end) - 1,
    );
    return {
      event: {
        timestampSeconds: this.cursor.timestampSeconds,
        requestId: scanner.textOf(idStart, idStart + scanner.fieldOf(0, field.idLength)),
        service,
        name,
        metadata: JSON.parse(metadata, (_, value) =>
          typeof value === "number" && !Number.isFinite(value) ? null : value,
        ),
      },
      view: this.#view(),
    };
  }

  /** What the cursor says of an event of the exact path. */
  look(event: TimingEvent): CursorView {
    this.cursor.pointAtEvent(event);
    return this.#view();
  }

  /** What the exact path makes of a line. */
  decode(line: Uint8Array): DecodedLine | null {
    return decodeLine(line, 0, line.length, false);
  }

  #view(): CursorView {
    const { timestampSeconds, pair, id0, id1, id2, id3, idLength, longId, session, kvCache } =
      this.cursor;
    const numbers = new Float64Array(this.#keys.names.length);
    this.cursor.readNumbers(this.#keys, numbers, 0);
    return {
      timestampSeconds,
      pair,
      words: [id0, id1, id2, id3],
      idLength,
      longId,
      session,
      kvCache,
      numbers: [...numbers],
    };
  }
}
