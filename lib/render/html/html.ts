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
  let markup = strings[0] ?? "";
  for (let index = 1; index < strings.length; index++) {
    markup += render(contents[index - 1] ?? null) + strings[index];
  }
  return new Html(markup);
}

function render(content: Content): string {
  if (content === null) return "";
  if (typeof content === "string") return escapeText(content);
  if (typeof content === "number") return String(content);
  if (content instanceof Html) return content.markup;
  let markup = "";
  for (const part of content) markup += render(part);
  return markup;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that may stand anywhere as it is: most texts are of such characters only. */
const harmless = /^[ !#-%(-;=?-~→–…]*$/;

/**
 * Text for use between tags and in quoted attributes, cut after 2 000 characters; invisible and steering
 * characters are shown. For markup that is written without `html`: see `joinRows`.
 */
export function escapeText(text: string): string {
  const isWhole = text.length <= mostCharacters;
  if (isWhole && harmless.test(text)) return text;
  const shown = isWhole ? text : `${text.slice(0, mostCharacters)}…`;
  return escapeControls(shown).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/**
 * Markup of some values, one after the other. Only for what a page has by the thousand: each is written by a
 * template of the language, which takes a third less time than `html`, and which escapes nothing by
 * itself. What is not a number or a word of ours must go through `escapeText`.
 */
export function joinRows<Value>(
  values: readonly Value[],
  markupOf: (value: Value, index: number) => string,
): Html {
  return new Html(values.map(markupOf).join(""));
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
