import type { Hash } from "node:crypto";

const digits = 32;

/** What stands for some content in names and tables: 128 bits of its SHA-256, in hex. */
export function shortHash(hash: Hash): string {
  return hash.digest("hex").slice(0, digits);
}
