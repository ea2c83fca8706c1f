import { escapeControls } from "../../escape.ts";

/** Markup that is safe to put into a page as it is. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** Longer texts are cut: the log has them whole, and a page must not grow with one line of it. */
const mostCharacters = 2_000;

/** What can be put into a template; arrays are joined, null is nothing. */
export type Content = string | number | null | Html | readonly Content[];

/**
 * A template tag for markup: whatever is put in is escaped, unless it is markup of this tag already, and
 * cut after 2 000 characters. So nothing of a log can become an element, an attribute or a control
 * character; attributes are to stand in double quotes.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const parts = strings.map((text, index) => text + render(contents[index] ?? null));
  return new Html(parts.join(""));
}

function render(content: Content): string {
  if (content === null) return "";
  if (content instanceof Html) return content.markup;
  if (typeof content === "object") return content.map(render).join("");
  return escapeHtml(clip(String(content)));
}

function clip(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for use between tags and in quoted attributes; invisible and steering characters are shown. */
function escapeHtml(text: string): string {
  return escapeControls(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/**
 * A value as JSON for a data block: no character of it can end the block, or the lines of a script
 * (U+2028, U+2029).
 */
export function jsonBlock(value: unknown): Html {
  const escaped = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Html(escaped);
}
