/**
 * The few things of Bun that this program uses, for Node: what `npx timmy-latency` finds on a machine
 * without bun. Only the package's bundle holds it, never the executable. What Node cannot do (the C
 * library's calls, in Node 20 zstd) is exit code 2 and one sentence.
 */
import { createHash, type Hash } from "node:crypto";
import { fileURLToPath } from "node:url";
import stringWidth from "string-width";
import { globSync } from "tinyglobby";
import { UsageError } from "../lib/error.ts";
import { startedBy } from "./_executable.ts";
import { findCommand, spawnCommand } from "./_node_spawn.ts";

/** Bun's `CryptoHasher`, as far as it is used. */
class NodeHasher {
  readonly #hash: Hash;

  constructor(algorithm: string) {
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  digest(encoding: "hex"): string {
    return this.#hash.digest(encoding);
  }
}

/** Bun's `Glob`, as far as it is used. */
class NodeGlob {
  readonly #pattern: string;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  scanSync({ onlyFiles }: { readonly onlyFiles: boolean }): readonly string[] {
    return globSync(this.#pattern, { onlyFiles, expandDirectories: false });
  }
}

/** Node 20 has no zstd; newer ones have it here and there. */
class NodeDecompressionStream extends DecompressionStream {
  constructor(format: string) {
    try {
      super(format as "gzip");
    } catch {
      throw new UsageError(`Cannot unpack ${format} with this Node: use bun or the executable`);
    }
  }
}

const substitutes = {
  CryptoHasher: NodeHasher,
  Glob: NodeGlob,
  gc: () => {},
  sleep: (pauseMs: number) => new Promise((resolve) => setTimeout(resolve, pauseMs)),
  sleepSync: (pauseMs: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  },
  spawn: spawnCommand,
  stdin: { stream: () => readAll() },
  stringWidth: (text: string) => stringWidth(text),
  unsafe: {},
  which: findCommand,
};

/** Standard input as a web stream of bytes. */
function readAll(): ReadableStream<Uint8Array> {
  const chunks = process.stdin[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => {
      process.stdin.destroy();
    },
  });
}

startedBy(fileURLToPath(import.meta.url));
if (process.versions["bun"] === undefined) {
  Object.assign(globalThis, { Bun: substitutes, DecompressionStream: NodeDecompressionStream });
  Promise.withResolvers ??= function withResolvers<T>() {
    let resolve: PromiseWithResolvers<T>["resolve"] = () => {};
    let reject: PromiseWithResolvers<T>["reject"] = () => {};
    const promise = new Promise<T>((fulfil, refuse) => {
      resolve = fulfil;
      reject = refuse;
    });
    return { promise, resolve, reject };
  };
}
