/** Longer ids are kept by their beginning; writers use 8 and 36 characters. */
const maxCharacters = 256;
/** So many characters of a longer id are kept as they are. */
export const keptCharacters = 200;
const digestCharacters = 32;

/**
 * An id as long as it is of sensible length, else its first 200 characters, `…` and a digest of the
 * whole: what is held of an id is bounded, and two ids never become one.
 */
export function boundedId(id: string): string {
  if (id.length <= maxCharacters) return id;
  // Not of node:crypto, which every reader would load, and wait 4 ms for.
  const digest = new Bun.CryptoHasher("sha256").update(Buffer.from(id, "utf16le")).digest("hex");
  return `${id.slice(0, keptCharacters)}…${digest.slice(0, digestCharacters)}`;
}
