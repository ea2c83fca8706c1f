/**
 * A request id of 8 hex digits for a turn that has none, from what sets it apart (FNV-1a, 32 bits): the
 * same text gives the same id in every run.
 */
export function derivedId(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
