import { stringify } from "ndjson";

/** One JSON value a line, through the `ndjson` package's serializer. */
export interface NdjsonWriter {
  /** Writes a value's line at once; throws what `write` throws. */
  add(value: unknown): void;
  /** Writes a value whose last field, `listName`, is a list of any length, item by item. */
  addWithList(
    value: Readonly<Record<string, unknown>>,
    listName: string,
    items: Iterable<unknown>,
  ): void;
}

/** Opens a writer of lines. Memory: the line at hand, or the item of a list. */
export function openNdjson(write: (text: string) => void): NdjsonWriter {
  const serializer = stringify();
  /** A value's line as the package writes it. */
  const lineOf = (value: unknown): string => {
    serializer.write(value);
    let text = "";
    // Read in turn with writing: left to itself, a stream would gather all lines of a busy loop.
    for (let line = serializer.read(); line !== null; line = serializer.read()) {
      text += typeof line === "string" ? line : new TextDecoder().decode(line);
    }
    return text;
  };
  return {
    add: (value) => write(lineOf(value)),
    addWithList: (value, listName, items) => {
      const fields = lineOf(value).trimEnd().slice(0, -1);
      write(`${fields},${JSON.stringify(listName)}:[`);
      let count = 0;
      // Not through the stream: it would remember each write until the whole list is through.
      for (const item of items) write(`${count++ === 0 ? "" : ","}${JSON.stringify(item)}`);
      write("]}\n");
    },
  };
}
