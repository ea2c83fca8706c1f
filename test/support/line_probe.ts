import { type DecodedLine, decodeLine } from "../../lib/event/decode.ts";
import { finiteNumber } from "../../lib/event/metadata_value.ts";
import { PairNames } from "../../lib/event/pair_names.ts";
import { nullifyNonFinite, parseJson } from "../../lib/event/parse_json.ts";
import {
  field,
  type KeySet,
  LineScanner,
  type OddLine,
} from "../../lib/event/scanner/line_scanner.ts";
import type { Metadata, TimingEvent } from "../../lib/event/timing_event.ts";
import { RequestTable } from "../../lib/request/request_table.ts";

/** Lines of more bytes are odd to the probe's scanner. */
export const probeMaxLineBytes = 64 * 1024;

/** All that the request table keeps of an event. */
export interface EventView {
  readonly timestampSeconds: number;
  readonly pair: number;
  readonly id: string;
  readonly session: string | null;
  readonly numbers: readonly number[];
}

/** One line as the scanner takes it. */
export interface FastLine {
  readonly event: TimingEvent;
  readonly view: EventView;
}

/** What the scanner says of a line at its second look. */
export interface SecondLook {
  readonly found: OddLine;
  /** The event it holds. */
  readonly fast: FastLine | null;
  /** Where in the line the event begins. */
  readonly start: number;
}

/** Reads single lines by the scanner and by `decodeLine()`, to see whether they agree. */
export class LineProbe {
  readonly scanner = new LineScanner(2 * probeMaxLineBytes, probeMaxLineBytes);
  readonly names = new PairNames();
  readonly #table: RequestTable;
  readonly #keys: KeySet;
  #view: EventView | null = null;

  /** The probe reads the numbers of these members of the metadata. */
  constructor(keys: readonly string[] = ["pause_threshold", "n", "x"]) {
    this.#keys = this.scanner.registerKeys(keys);
    this.#table = new RequestTable(this.scanner, 600, {
      captureWidth: keys.length,
      sessions: true,
      emit: ({ id, session, events: { timestamps, pairs, captures }, captured }) => {
        const at = captures[0] ?? Number.NaN;
        this.#view = {
          timestampSeconds: timestamps[0] ?? Number.NaN,
          pair: pairs[0] ?? -1,
          id,
          session,
          numbers: [...captured.subarray(at, at + keys.length)],
        };
      },
    });
    this.#table.learnPairs((met) => {
      const { service, name } = this.scanner.pairOf(met);
      const pair = this.names.numberOf(service, name);
      this.#table.captureFrom(pair, this.#keys);
      return pair;
    });
  }

  /** The event of a line (without its line end) if the scanner takes it; null if the line is odd. */
  scan(line: Uint8Array): FastLine | null {
    return this.#isOdd(line) ? null : this.#take();
  }

  /** What the scanner says of a line when it looks again; null if the line is not odd. */
  lookAgain(line: Uint8Array): SecondLook | null {
    if (!this.#isOdd(line)) return null;
    const { scanner } = this;
    const found = scanner.readOdd(0);
    const fast = scanner.fieldOf(0, field.pair) < 0 ? null : this.#take();
    return { found, fast, start: scanner.startOf(0) };
  }

  #isOdd(line: Uint8Array): boolean {
    const { scanner } = this;
    // What lies behind the line must not matter.
    scanner.input.fill(0x30, line.length, line.length + 300);
    scanner.input.set(line);
    scanner.input[line.length] = 10;
    const records = scanner.scan(0, line.length + 1);
    if (records !== 1) throw new Error(`The scanner made ${records} records of one line`);
    return scanner.fieldOf(0, field.pair) < 0;
  }

  /** The event that the first record tells of. */
  #take(): FastLine {
    const { scanner } = this;
    const idStart = scanner.fieldOf(0, field.idStart);
    const requestId = scanner.textOf(idStart, idStart + scanner.fieldOf(0, field.idLength));
    const timestampSeconds = scanner.timestampOf(0);
    const { service, name } = scanner.pairOf(scanner.fieldOf(0, field.pair));
    const [from, to] = [field.metadata, field.metadataEnd].map((at) => scanner.fieldOf(0, at));
    const metadata = scanner.textOf(from ?? 0, to ?? 0);
    this.#table.takeRecords(0, 1);
    return {
      event: {
        timestampSeconds,
        requestId,
        service,
        name,
        metadata: metadataOf(metadata),
      },
      view: this.#end(),
    };
  }

  /** What the table keeps of an event of the exact path. */
  look(event: TimingEvent): EventView {
    const pair = this.names.numberOf(event.service, event.name);
    const numbers = this.#keys.names.map((key) => finiteNumber(event.metadata, key) ?? Number.NaN);
    this.#table.takeEvent(event, pair, numbers);
    return this.#end();
  }

  /** What the exact path makes of a line. */
  decode(line: Uint8Array): DecodedLine | null {
    return decodeLine(line, 0, line.length, false);
  }

  #end(): EventView {
    this.#table.end();
    const view = this.#view;
    if (view === null) throw new Error("The table handed out nothing");
    this.#view = null;
    return view;
  }
}

function metadataOf(text: string): Metadata {
  const metadata = parseJson(text) as Metadata;
  nullifyNonFinite(metadata, 2);
  return metadata;
}
