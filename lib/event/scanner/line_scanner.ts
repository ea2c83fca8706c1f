import { readFileSync } from "node:fs";
import wasmPath from "../../../dist/scanner.wasm" with { type: "file" };

/** What the compiled scanner offers; `assembly.ts` beside this file explains each. */
interface ScannerExports {
  readonly memory: WebAssembly.Memory;
  initialize(capacity: number, maxLineBytes: number): void;
  inputStart(): number;
  records(): number;
  pairs(): number;
  arena(): number;
  members(): number;
  keys(): number;
  pairTotal(): number;
  consumed(): number;
  scan(from: number, filled: number): number;
  numberAt(start: number, end: number): number;
  findMembers(metadata: number, end: number, wanted: number, count: number): void;
}

/** Words (32 bit) of a record, and where its fields lie. */
const recordWords = 16;
const maxRecords = 4096;
/** Members that one `readNumbers()` can ask for. */
const maxMembers = 64;

/**
 * Reads lines of the canonical layout, in either spacing, straight from bytes: several million a
 * second, without an object or a string per line. Bytes go into `input`; `scan()` fills the records,
 * which the `…Of(record)` methods read. A line of any other form is `odd`: only its place is known.
 *
 * Memory: the input's capacity and about 2 MB of tables. At most 16 384 pairs of service and event
 * name are known; lines with further ones are odd.
 */
export class LineScanner {
  /** Where the bytes to scan go. */
  readonly input: Uint8Array;

  readonly #exports: ScannerExports;
  readonly #words: Int32Array;
  /** Timestamps lie at the start of each record, at every eighth place of these. */
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #members: Int32Array;
  readonly #inputStart: number;
  #keyBytes = 0;

  /** `input` holds `capacity` bytes; lines of over `maxLineBytes` are odd. */
  constructor(capacity: number, maxLineBytes: number) {
    const module = new WebAssembly.Module(readFileSync(wasmPath));
    const instance = new WebAssembly.Instance(module, { env: { abort: fail } });
    this.#exports = instance.exports as unknown as ScannerExports;
    this.#exports.initialize(capacity, maxLineBytes);
    const { buffer } = this.#exports.memory;
    this.#inputStart = this.#exports.inputStart();
    this.#bytes = new Uint8Array(buffer);
    this.input = new Uint8Array(buffer, this.#inputStart, capacity);
    this.#members = new Int32Array(buffer, this.#exports.members(), maxMembers * 2);
    this.#words = new Int32Array(buffer, this.#exports.records(), maxRecords * recordWords);
    this.#doubles = new Float64Array(
      buffer,
      this.#exports.records(),
      (maxRecords * recordWords) / 2,
    );
  }

  /** Scans whole lines of `input[from..filled)`; returns how many records there are. */
  scan(from: number, filled: number): number {
    return this.#exports.scan(from, filled);
  }

  /** Where in the input the next `scan()` has to begin. */
  get consumed(): number {
    return this.#exports.consumed();
  }

  /** Records that one `scan()` can return; fewer mean that no whole line is left. */
  get capacity(): number {
    return maxRecords;
  }

  /** The raw records: `wordsPerRecord` words each, see `field`. */
  get words(): Int32Array {
    return this.#words;
  }

  get wordsPerRecord(): number {
    return recordWords;
  }

  timestampOf(record: number): number {
    return this.#doubles[record * (recordWords / 2)] ?? Number.NaN;
  }

  /** See `field`. */
  fieldOf(record: number, offset: number): number {
    return this.#words[record * recordWords + offset] ?? 0;
  }

  /** The text of bytes of the input, which are known to be ASCII or valid JSON text. */
  textOf(start: number, end: number): string {
    return decoder.decode(this.input.subarray(start, end));
  }

  /** Service and event name of a pair's number. */
  pairOf(pair: number): { readonly service: string; readonly name: string } {
    const { buffer } = this.#exports.memory;
    const entry = new Int32Array(buffer, this.#exports.pairs() + pair * 16, 3);
    const [offset = 0, serviceLength = 0, nameLength = 0] = entry;
    const start = this.#exports.arena() + offset;
    const middle = start + serviceLength;
    return {
      service: decoder.decode(this.#bytes.subarray(start, middle)),
      name: decoder.decode(this.#bytes.subarray(middle, middle + nameLength)),
    };
  }

  /** How many pairs have been met. */
  get pairTotal(): number {
    return this.#exports.pairTotal();
  }

  /**
   * Registers a set of metadata keys (ASCII) to be asked for by `findMembers()`: some whose values are
   * numbers, and behind them some that are true or false; returns its handle.
   */
  registerKeys(numbers: readonly string[], answers: readonly string[] = []): KeySet {
    const names = [...numbers, ...answers];
    const at = this.#keyBytes;
    const bytes = Buffer.concat(
      names.map((name) => Buffer.concat([Buffer.from([name.length]), Buffer.from(name)])),
    );
    this.#bytes.set(bytes, this.#exports.keys() + at);
    this.#keyBytes += bytes.length;
    return { names, numbers: numbers.length, offset: at };
  }

  /**
   * Reads values from the metadata of a record into `target`, one for each key of the set: NaN where a
   * number is missing, not finite or none, and 0 where an answer is not there; see `encodeAnswer`.
   */
  readNumbers(record: number, keys: KeySet, target: Float64Array, at: number): void {
    const metadata = this.fieldOf(record, field.metadata);
    const count = keys.names.length;
    this.#exports.findMembers(metadata, this.fieldOf(record, field.end), keys.offset, count);
    for (let index = 0; index < count; index++) {
      const start = this.#members[index * 2] ?? 0;
      const end = this.#members[index * 2 + 1] ?? 0;
      const isNumber = index < keys.numbers;
      if (start === 0) target[at + index] = isNumber ? Number.NaN : 0;
      else target[at + index] = isNumber ? this.#numberAt(start, end) : this.#answerAt(start);
    }
  }

  /** As `encodeAnswer` has it; the value is valid JSON, so that its first letter tells. */
  #answerAt(start: number): number {
    return this.input[start] === 0x74 ? 2 : Number(this.input[start] === 0x66);
  }

  #numberAt(start: number, end: number): number {
    const first = this.input[start] ?? 0;
    const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
    if (!isNumber) return Number.NaN;
    const exact = this.#exports.numberAt(start, end);
    const value = Number.isNaN(exact) ? Number(this.textOf(start, end)) : exact;
    return Number.isFinite(value) ? value : Number.NaN;
  }
}

/** A registered set of metadata keys. */
export interface KeySet {
  readonly names: readonly string[];
  /** So many of the first names are those of numbers, the others of answers. */
  readonly numbers: number;
  readonly offset: number;
}

/** Words of a record by what they hold; places are offsets in the input. */
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
  /** What has_kv_cache says: 2 for true, 1 for false, 0 for anything else. */
  kvCache: 14,
} as const;

const decoder = new TextDecoder();

function fail(): never {
  throw new Error("the scanner stopped");
}
