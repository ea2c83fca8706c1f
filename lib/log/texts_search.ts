import type { RandomAccess } from "./descriptor_source.ts";
import { type LinePlace, StringSearch } from "./string_search.ts";

/** A line in which one of several texts stands. */
export interface TextPlace {
  readonly text: string;
  readonly line: LinePlace;
}

/** Searches a file backwards for several texts at once: see `StringSearch`. Each block is read once. */
export class TextsSearch {
  /** Everything from here on has been searched. */
  from: number;

  readonly #searches: Map<string, StringSearch>;

  /** The texts must be plain. The search begins at `to`, or at the end of the file. */
  constructor(
    file: RandomAccess,
    texts: readonly string[],
    { to = file.size, blockBytes }: { readonly to?: number; readonly blockBytes?: number },
  ) {
    this.from = to;
    const options = blockBytes === undefined ? { to } : { to, blockBytes };
    this.#searches = new Map(
      texts.map((text) => [text, new StringSearch(file, text, false, options)]),
    );
  }

  /** Searches the next block, or down to a place; returns the lines found, each text's last first. */
  next(downTo = 0): TextPlace[] {
    const places: TextPlace[] = [];
    for (const [text, search] of this.#searches) {
      for (const line of search.next(downTo)) places.push({ text, line });
      this.from = search.from;
    }
    return places;
  }

  /** No longer searches for a text. */
  drop(text: string): void {
    this.#searches.delete(text);
  }
}
