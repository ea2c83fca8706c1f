import { readFileSync } from "node:fs";
import wasmPath from "../../../dist/engine.wasm" with { type: "file" };

/** What the compiled code asks of its host, by name; whoever uses a part of it answers for that part. */
export type EngineHost = Record<string, (...numbers: readonly number[]) => unknown>;

let compiled: WebAssembly.Module | null = null;

/** The engine's code, compiled once: other threads can be given it. */
export function engineCode(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(wasmPath));
  return compiled;
}

/** Spares a thread the compiling: all engines that it makes have this code. */
export function shareEngineCode(code: WebAssembly.Module): void {
  compiled = code;
}

/**
 * An instance of the compiled engine: the line scanner of this folder and, behind it, the request table
 * of lib/request, in one memory. Its memory grows as it needs; views of it are made anew then.
 */
export class Engine {
  /** What the compiled code offers; who uses a part of it knows its names. */
  readonly exports: Readonly<Record<string, unknown>>;
  readonly host: EngineHost = {};

  readonly #memory: WebAssembly.Memory;
  #bytes = Buffer.alloc(0);
  #words = new Int32Array(0);
  #doubles = new Float64Array(0);

  constructor() {
    const code = engineCode();
    const { host } = this;
    const asked = WebAssembly.Module.imports(code).filter(({ module }) => module === "host");
    const answers = asked.map(({ name }) => [
      name,
      (a: number, b: number, c: number, d: number, e: number, f: number, g: number) =>
        host[name]?.(a, b, c, d, e, f, g),
    ]);
    const imports = { env: { abort: fail }, host: Object.fromEntries(answers) };
    this.exports = new WebAssembly.Instance(code, imports).exports;
    this.#memory = this.exports["memory"] as WebAssembly.Memory;
  }

  /** All memory as bytes; not to be kept, as a growth takes it away. */
  get bytes(): Buffer {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes;
  }

  /** All memory as int32. */
  get words(): Int32Array {
    if (this.#bytes.length === 0) this.#look();
    return this.#words;
  }

  /** All memory as float64. */
  get doubles(): Float64Array {
    if (this.#bytes.length === 0) this.#look();
    return this.#doubles;
  }

  /** The memory as it is now: each growth brings another. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer as ArrayBuffer;
  }

  #look(): void {
    const { buffer } = this;
    this.#bytes = Buffer.from(buffer);
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
  }
}

function fail(): never {
  throw new Error("the engine stopped");
}
