import { createHash } from "node:crypto";

/** Longer ids are kept by their beginning; writers use 8 and 36 characters. */
const maxCharacters = 256;
/** So many characters of a longer id are kept as they are. */
export const keptCharacters = 200;

/**
 * An id as long as it is of sensible length, else its first 200 characters, `…` and a digest of the
 * whole: what is held of an id is bounded, and two ids never become one.
 */
export function boundedId(id: string): string {
  if (id.length <= maxCharacters) return id;
  const digest = createHash("sha256").update(id, "utf16le").digest("hex").slice(0, 32);
  return `${id.slice(0, keptCharacters)}…${digest}`;
}
