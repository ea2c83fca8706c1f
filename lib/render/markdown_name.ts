import { escapeControls } from "../escape.ts";

/**
 * A name of the log for Markdown, also within a table: as a code span, in which nothing is markup, a
 * mention or HTML; where the name holds what a span or a table is made of, all its ASCII punctuation becomes
 * entities, which are never structure.
 */
export function markdownName(name: string): string {
  const safe = escapeControls(name);
  if (/^[^\s`|\\](?:[^`|\\]*[^\s`|\\])?$/.test(safe)) return `\`${safe}\``;
  return safe.replace(/[!-/:-@[-`{-~]/g, (found) => `&#${found.codePointAt(0)};`);
}
