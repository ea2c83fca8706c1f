import type { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";

/** What the compiled table offers; `assembly/state.ts` explains it. */
interface StateExports {
  writeState(): void;
}

/**
 * A text that two tables share only if they take all events to come in the same way, and hand out the
 * same requests in the same order: SHA-256 of all that they know of the requests they hold, open or
 * waiting for an older one, by names and values, so that it is the same whichever numbers a table has
 * given. The engine's table must be open.
 *
 * Cost: every event of a request that is held is read once. Memory: 100 KB each time.
 */
export function fingerprintOf(engine: Engine, names: PairNames): string {
  const hash = new Bun.CryptoHasher("sha256");
  const met: string[] = [];
  engine.host["takeState"] = (at = 0, length = 0) => {
    hash.update(engine.bytes.subarray(at, at + length));
  };
  engine.host["meetPair"] = (pair = 0) => {
    const { service, name } = names.at(pair);
    met.push(service, name);
  };
  (engine.exports as unknown as StateExports).writeState();
  hash.update(Buffer.from(JSON.stringify(met)));
  return hash.digest("hex");
}
