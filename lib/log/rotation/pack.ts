import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import type { Packing } from "../archive_name.ts";
import { writeWhole } from "./durable.ts";

const blockBytes = 256 * 1024;

/** What packing a file has produced. */
export interface Packed {
  /** SHA-256 of what went in, and of what came out; hex. */
  readonly contentHash: string;
  readonly archiveHash: string;
  readonly archiveBytes: number;
}

/**
 * Packs the first `bytes` bytes of one open file into another, block by block; null as soon as
 * `goOn()` says no. Memory: a few blocks.
 */
export async function pack(
  source: number,
  bytes: number,
  target: number,
  packing: Exclude<Packing, "none">,
  goOn: () => boolean,
): Promise<Packed | null> {
  const content = new Bun.CryptoHasher("sha256");
  const archive = new Bun.CryptoHasher("sha256");
  let archiveBytes = 0;
  let isStopped = false;

  async function* blocks(): AsyncGenerator<Uint8Array> {
    for (let position = 0; position < bytes; ) {
      if (!goOn()) {
        isStopped = true;
        return;
      }
      const block = Buffer.alloc(Math.min(blockBytes, bytes - position));
      const count = readSync(source, block, 0, block.length, position);
      if (count === 0) return;
      position += count;
      content.update(block.subarray(0, count));
      yield block.subarray(0, count);
    }
  }

  await pipeline(blocks(), packer(packing), async (packed: AsyncIterable<Uint8Array>) => {
    for await (const chunk of packed) {
      writeWhole(target, chunk);
      archive.update(chunk);
      archiveBytes += chunk.length;
    }
  });
  if (isStopped) return null;
  return { contentHash: content.digest("hex"), archiveHash: archive.digest("hex"), archiveBytes };
}

function packer(packing: Exclude<Packing, "none">) {
  if (packing === "gzip") return zlib.createGzip();
  // Without the flag a frame has no checksum, and a flipped bit would go unseen.
  // By its name only here: Node 20 has none, and could not even load a module that imports it.
  return zlib.createZstdCompress({ params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });
}

/** SHA-256, hex, of the first `bytes` bytes of an open file. */
export function hashBeginning(descriptor: number, bytes: number): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const block = Buffer.alloc(blockBytes);
  for (let position = 0; position < bytes; ) {
    const wanted = Math.min(blockBytes, bytes - position);
    const count = readSync(descriptor, block, 0, wanted, position);
    if (count === 0) break;
    hasher.update(block.subarray(0, count));
    position += count;
  }
  return hasher.digest("hex");
}

/** SHA-256, hex, of a whole file. */
export function hashFile(path: string): string {
  const descriptor = openSync(path, "r");
  try {
    return hashBeginning(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}
