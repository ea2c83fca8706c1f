/**
 * Text from a log is data. Before a person sees it, whatever could move the cursor, change colours,
 * set a title or reorder letters is made visible.
 */

// C0 and DEL, C1, soft hyphen and zero-width marks, line separators, bidi controls and isolates,
// the byte order mark, interlinear and tag characters, lone surrogates.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its job
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Replaces every invisible or steering character by its escape, `\x1b` or `\u202e`. */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
    if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
    return `\\u{${code.toString(16)}}`;
  });
}

/** Escapes `text` and cuts it to `limit` characters, the last one `…` if anything was cut. */
export function excerpt(text: string, limit = 80): string {
  // Characters have up to two units; one more than the limit tells that something was cut.
  const cut = text.slice(0, (limit + 1) * 2);
  const characters = [...escapeControls(cut)];
  if (characters.length <= limit) return characters.join("");
  return `${characters.slice(0, limit - 1).join("")}…`;
}

/** Puts `text` in double quotes, escaped, for use inside a sentence. */
export function quote(text: string): string {
  return `"${excerpt(text, 120)}"`;
}

/**
 * Escapes `text` for Markdown, also inside a table and at the beginning of a line: none of it is markup or
 * HTML. By CommonMark any punctuation may have a backslash; what GitHub links by itself is an entity.
 */
export function escapeMarkdown(text: string): string {
  const entity = (found: string) => [...found].map((one) => `&#${one.codePointAt(0)};`).join("");
  return escapeControls(text)
    .replace(/[&<>@]|:(?=\/\/)|www(?=\.)|^ +/g, entity)
    .replace(/[\\`*_{}[\]()+!|~-]|#(?!\d+;)/g, "\\$&")
    .replace(/^(\d+)\./, "$1\\.");
}

/** Escapes `text` for XML 1.0, as content and in attributes; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return escapeControls(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
