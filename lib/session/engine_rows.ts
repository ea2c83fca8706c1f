import type { Engine } from "../event/scanner/engine.ts";
import {
  type RowForm,
  type RowWriter,
  type SessionRow,
  sessionPlaces,
  type TurnForms,
  type ValueKind,
  valueCount,
} from "../report/row_writer.ts";
import type { SessionReport } from "../report/session_report.ts";
import { ruleNames, verdictNames } from "./cache_verdict.ts";
import type { EngineFigures } from "./engine_figures.ts";
import { idAt } from "./engine_turn.ts";
import { powersOfTen } from "./powers_of_ten.ts";
import type { Session } from "./session_groups.ts";

/** What the compiled rows offer; `assembly/rows.ts` and the files beside it explain each. */
interface RowExports {
  openPowers(): number;
  openRows(): void;
  roomForText(bytes: number): number;
  writeRow(form: number): void;
  formTurns(judged: number, unjudged: number, between: number, words: number): void;
  writeTurns(first: number, firstCountsWhole: boolean, coldRate: number): void;
  handOverRows(): void;
}

/** By the numbers of the engine; behind the last text there is no value. */
const kinds: Readonly<Record<ValueKind, number>> = { number: 1, answer: 2, text: 3, id: 4 };
/** A form and each of its texts begin with so many bytes of numbers. */
const headBytes = 8;
/** A number takes up to 25 bytes, and a few more may be touched before its length is known. */
const numberBytes = 48;
/** Ids have up to 256 characters, of up to six bytes each. */
const textBytes = 2048;

/** What is to be written. */
export interface WrittenSessions {
  readonly sessions: readonly Session[];
  /** What a session's values are where the engine cannot tell them. */
  readonly describe: (session: Session) => SessionReport;
  /** The log's cold rate. */
  readonly coldRate: number | null;
}

/** Writes rows that lie in the engine. Memory: 64 KB for what is written, and 10 KB of powers of ten. */
export class EngineRows implements RowWriter {
  readonly sessions: Iterable<SessionRow>;

  readonly #engine: Engine;
  readonly #exports: RowExports;
  readonly #idAt: number;

  /** `take` is handed the bytes, which are no longer there when it has returned. */
  constructor(
    engine: Engine,
    figures: EngineFigures,
    { sessions, describe, coldRate }: WrittenSessions,
    take: (bytes: Buffer) => void,
  ) {
    const exports = engine.exports as unknown as RowExports;
    this.#engine = engine;
    this.#exports = exports;
    const powersAt = exports.openPowers() >>> 0;
    new BigUint64Array(engine.buffer, powersAt).set(powersOfTen());
    exports.openRows();
    this.#idAt = this.#newText();
    engine.host["takeRows"] = (from = 0, length = 0) => {
      take(engine.bytes.subarray(from >>> 0, (from >>> 0) + length));
    };
    engine.host["quoteId"] = (id = 0, length = 0, isWide = 0, to = 0) =>
      engine.bytes.write(JSON.stringify(idAt(engine, id >>> 0, length, isWide !== 0)), to >>> 0);
    const cold = coldRate ?? Number.NaN;
    let session: Session;
    const row: SessionRow = {
      place: () => {
        if (!figures.place(session)) placeAll(figures, sessionPlaces, describe(session));
        figures.set(sessionPlaces.id, this.#putText(session.id, this.#idAt));
        figures.set(sessionPlaces.inferred, Number(session.inferred));
        figures.set(sessionPlaces.startSeconds, session.startSeconds);
      },
      writeTurns: () => exports.writeTurns(session.kept.first, session.firstCountsWhole, cold),
    };
    this.sessions = {
      *[Symbol.iterator]() {
        for (session of sessions) yield row;
      },
    };
  }

  open({ texts, values }: RowForm): number {
    if (values.some(({ place }) => place >= valueCount))
      throw new Error("A row has too many values");
    const parts = texts.map((text, index) => ({ text: Buffer.from(text), value: values[index] }));
    const formBytes = parts.reduce((sum, { text }) => sum + sizeOf(text), headBytes);
    const isText = ({ kind }: { kind: ValueKind }) => kind === "text" || kind === "id";
    const valueBytes = values.map((value) => (isText(value) ? textBytes : numberBytes));
    const form = this.#exports.roomForText(formBytes) >>> 0;
    const { bytes } = this.#engine;
    bytes.writeUInt32LE(
      valueBytes.reduce((sum, one) => sum + one, formBytes),
      form,
    );
    let at = form + headBytes;
    for (const { text, value } of parts) {
      bytes.writeUInt32LE(text.length, at);
      bytes.writeUInt16LE(value === undefined ? 0 : kinds[value.kind], at + 4);
      bytes.writeUInt16LE(value?.place ?? 0, at + 6);
      bytes.set(text, at + headBytes);
      at += sizeOf(text);
    }
    return form;
  }

  formTurns({ judged, unknown, between }: TurnForms): void {
    const words = [...verdictNames, ...ruleNames];
    const values = words.map((word) => this.#putText(word, this.#newText()));
    const at = this.#exports.roomForText(values.length * 8) >>> 0;
    const separator = this.open({ texts: [between], values: [] });
    this.#exports.formTurns(this.open(judged), this.open(unknown), separator, at);
    this.#engine.doubles.set(values, at / 8);
  }

  write(form: number): void {
    this.#exports.writeRow(form);
  }

  end(): void {
    this.#exports.handOverRows();
  }

  #newText(): number {
    return this.#exports.roomForText(textBytes) >>> 0;
  }

  /** Puts a text as JSON where there is room for one; returns where that is. */
  #putText(text: string, at: number): number {
    const { bytes } = this.#engine;
    bytes.writeUInt32LE(bytes.write(JSON.stringify(text), at + 4, textBytes), at);
    return at;
  }
}

/** What a text takes within a form. */
function sizeOf(text: Uint8Array): number {
  return headBytes + ((text.length + 7) & ~7);
}

/** Places that have names, and more such within. */
interface Places {
  readonly [name: string]: number | Places;
}

/** Sets the values of a report that is made of objects. */
function placeAll(figures: EngineFigures, places: Places, report: object): void {
  for (const [name, value] of Object.entries(report)) {
    const place = places[name];
    if (typeof place === "object") placeAll(figures, place, value);
    else if (place !== undefined)
      figures.set(place, typeof value === "number" ? value : Number.NaN);
  }
}
