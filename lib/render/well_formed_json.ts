/** A backslash and what it escapes; half a surrogate pair is written with four hexadecimal digits. */
const escapes = /\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs;

/**
 * JSON that strict readers take: JSON.stringify writes half a surrogate pair as `\ud800`, which some of
 * them refuse with the whole record; it becomes the replacement character, in keys as well.
 */
export function stringifyWellFormed(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes("\\ud")) return text;
  return text.replace(escapes, (found) => (/^\\u[dD]/.test(found) ? "\ufffd" : found));
}
