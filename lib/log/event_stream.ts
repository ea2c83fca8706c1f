import type { Fault } from "../event/decode.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { LineReader } from "../ndjson/line_reader.ts";
import type { LogFile } from "./file_source.ts";
import type { Tally } from "./tally.ts";

/**
 * The events of one file in the order in which they stand there. Call `advance()`, then read `head`.
 * What is no event goes to the tally.
 */
export class EventStream {
  /** The event that `advance()` stepped to; null before the first and after the last. */
  head: TimingEvent | null = null;
  readonly reader: LineReader;

  readonly #file: LogFile;
  readonly #tally: Tally;
  readonly #maxLineBytes: number;
  /** Further events of the line that `head` came from, the next one last. */
  #pending: TimingEvent[] = [];
  /** The damage of the file's packing has been counted, as the problem of its last line. */
  #isTailReported = false;

  constructor(file: LogFile, tally: Tally, maxLineBytes: number, blockBytes?: number) {
    this.#file = file;
    this.#tally = tally;
    this.#maxLineBytes = maxLineBytes;
    this.reader = new LineReader(file, {
      maxLineBytes,
      from: file.from ?? 0,
      ...(blockBytes === undefined ? {} : { blockBytes }),
    });
  }

  get name(): string {
    return this.#file.name;
  }

  /** Steps to the next event; false at the end of the file, which is then closed. */
  advance(): boolean | Promise<boolean> {
    while (this.#pending.length === 0) {
      if (this.reader.next()) {
        this.#decode();
        continue;
      }
      const filled = this.reader.fill();
      if (filled === true) continue;
      if (filled !== false) return filled.then((more) => (more ? this.advance() : this.#end()));
      return this.#end();
    }
    this.head = this.#pending.pop() ?? null;
    this.#tally.events++;
    return true;
  }

  #end(): boolean {
    const damage = this.#file.damage();
    if (damage !== null && !this.#isTailReported) {
      this.#tally.addEnd(this.name, this.reader.lineCount + 1, this.reader.bytesRead, damage);
    }
    this.head = null;
    this.#file.close();
    return false;
  }

  /** Stops reading before the end. */
  close(): void {
    this.#file.close();
  }

  #decode(): void {
    const explain = (fault: Fault) => this.#explain(fault);
    const events = this.#tally.decode(this.name, this.reader, this.#maxLineBytes, explain);
    this.#pending = [...events].reverse();
  }

  /** A line that ends in the air where an archive does is the archive's fault, not a writer's. */
  #explain(fault: Fault): Fault {
    const damage = fault.kind === "torn tail" ? this.#file.damage() : null;
    if (damage === null) return fault;
    this.#isTailReported = true;
    return { kind: fault.kind, detail: damage };
  }
}
