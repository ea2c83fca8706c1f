import { Engine } from "./engine.ts";

/** What the compiled scanner offers; `assembly/scan.ts` and its neighbours explain each. */
interface ScannerExports {
  initialize(capacity: number, maxLineBytes: number): void;
  inputStart(): number;
  records(): number;
  recordCapacity(): number;
  keys(): number;
  pairsMet(): number;
  pairNameBytes(): number;
  pairEntry(pair: number): number;
  consumed(): number;
  scan(from: number, filled: number): number;
  nextOdd(from: number, to: number): number;
}

/** Words (32 bit) of a record. */
const recordWords = 16;
/** Bytes that names of wanted members can take. */
const maxKeyBytes = 4096;

/**
 * Reads lines straight from bytes: several million a second, without an object or a string per line.
 * Bytes go into `input`; `scan()` fills the records, which the `…Of(record)` methods read. A line that
 * needs to be unescaped, or is no event, is `odd`: only its place is known.
 *
 * Memory: the input's capacity and about 2 MB of tables. At most 16 384 pairs of service and event
 * name are known; lines with further ones are odd.
 */
export class LineScanner {
  /** What it is part of. */
  readonly engine = new Engine();

  readonly #exports = this.engine.exports as unknown as ScannerExports;
  readonly #capacity: number;
  readonly #inputStart: number;
  readonly #recordsStart: number;
  #input = new Uint8Array(0);
  #keyBytes = 0;

  /** `input` holds `capacity` bytes; lines of over `maxLineBytes` are odd. */
  constructor(capacity: number, maxLineBytes: number) {
    this.#capacity = capacity;
    this.#exports.initialize(capacity, maxLineBytes);
    this.#inputStart = this.#exports.inputStart();
    this.#recordsStart = this.#exports.records();
    this.engine.host["parseNumber"] = (start = 0, end = 0) => {
      const value = Number(this.textOf(start, end));
      return Number.isFinite(value) ? value : Number.NaN;
    };
  }

  /** Where the bytes to scan go; not to be kept, as the memory may grow. */
  get input(): Uint8Array {
    if (this.#input.length === 0) {
      this.#input = new Uint8Array(this.engine.buffer, this.#inputStart, this.#capacity);
    }
    return this.#input;
  }

  /** Scans whole lines of `input[from..filled)`; returns how many records there are. */
  scan(from: number, filled: number): number {
    return this.#exports.scan(from, filled);
  }

  /** The first odd record from one number up to another, which is returned if there is none. */
  nextOdd(from: number, to: number): number {
    return this.#exports.nextOdd(from, to);
  }

  /** Where in the input the next `scan()` has to begin. */
  get consumed(): number {
    return this.#exports.consumed();
  }

  /** Records that one `scan()` can return; fewer mean that no whole line is left. */
  get capacity(): number {
    return this.#exports.recordCapacity();
  }

  timestampOf(record: number): number {
    return this.engine.doubles[(this.#recordsStart + record * recordWords * 4) / 8] ?? Number.NaN;
  }

  /** A field of a record; see `field`. */
  fieldOf(record: number, offset: number): number {
    return this.engine.words[this.#recordsStart / 4 + record * recordWords + offset] ?? 0;
  }

  /** Where in the input a record's line begins. */
  startOf(record: number): number {
    return this.fieldOf(record, field.start) - this.#inputStart;
  }

  /** Where in the input a record's line ends, without its line end. */
  endOf(record: number): number {
    return this.fieldOf(record, field.end) - this.#inputStart;
  }

  /** The text between two places of a record, which is known to be ASCII or valid JSON text. */
  textOf(start: number, end: number): string {
    return decoder.decode(this.engine.bytes.subarray(start, end));
  }

  /** Service and event name of a pair's number. */
  pairOf(pair: number): { readonly service: string; readonly name: string } {
    const entry = this.#exports.pairEntry(pair) / 4;
    const { words } = this.engine;
    const start = words[entry] ?? 0;
    const middle = start + (words[entry + 1] ?? 0);
    return {
      service: this.textOf(start, middle),
      name: this.textOf(middle, middle + (words[entry + 2] ?? 0)),
    };
  }

  /** Bytes of the names of all pairs that have been met. */
  get pairNameBytes(): number {
    return this.#exports.pairNameBytes();
  }

  /** How many pairs have been met. */
  get pairTotal(): number {
    return this.#exports.pairsMet();
  }

  /**
   * Registers a set of metadata keys (ASCII) whose values somebody will ask for: some that are numbers,
   * and behind them some that are true or false.
   */
  registerKeys(numbers: readonly string[], answers: readonly string[] = []): KeySet {
    const names = [...numbers, ...answers];
    const at = this.#keyBytes;
    const bytes = Buffer.concat(
      names.map((name) => Buffer.concat([Buffer.from([name.length]), Buffer.from(name)])),
    );
    if (at + bytes.length > maxKeyBytes) throw new RangeError("Too many keys for the scanner");
    this.engine.bytes.set(bytes, this.#exports.keys() + at);
    this.#keyBytes += bytes.length;
    return { names, numbers: numbers.length, offset: at };
  }
}

/** A registered set of metadata keys. */
export interface KeySet {
  readonly names: readonly string[];
  /** So many of the first names are those of numbers, the others of answers. */
  readonly numbers: number;
  readonly offset: number;
}

/** Words of a record by what they hold; places are those of the engine's memory. */
export const field = {
  start: 2,
  end: 3,
  metadata: 4,
  /** -1 for an odd line. */
  pair: 5,
  idLength: 6,
  idStart: 7,
  /** Four words: the id's first 16 bytes. */
  id: 8,
  /** The last session_id's value, quotes included; 0 where there is none. */
  session: 12,
  sessionEnd: 13,
  metadataEnd: 14,
  /** What has_kv_cache says; see `encodeAnswer`. */
  kvCache: 15,
} as const;

const decoder = new TextDecoder();
