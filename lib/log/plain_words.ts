const space = 0x20;
const tab = 0x09;
const carriageReturn = 0x0d;

/** Bytes of words that JSON writes as they are; braces are left to those who know objects. */
const isPlain = new Uint8Array(256).fill(1, 0x21, 0x7f);
for (const character of '"\\{}') isPlain[character.charCodeAt(0)] = 0;

/**
 * Finds the words of a line `ID SERVICE EVENT` that needs no escape: puts the start and end of each
 * into `bounds` (six numbers). False for every other line, which may be an event all the same.
 */
export function findPlainWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  bounds: Uint32Array,
): boolean {
  let at = start;
  for (let word = 0; word < 3; word++) {
    while (at < end && (bytes[at] === space || bytes[at] === tab)) at++;
    bounds[2 * word] = at;
    while (at < end && isPlain[bytes[at] as number] === 1) at++;
    if (at === bounds[2 * word]) return false;
    bounds[2 * word + 1] = at;
    if (word < 2 && bytes[at] !== space && bytes[at] !== tab) return false;
  }
  while (at < end && (bytes[at] === space || bytes[at] === tab || bytes[at] === carriageReturn)) {
    at++;
  }
  return at === end;
}
