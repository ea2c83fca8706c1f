import { stringify } from "ndjson";

/** One JSON value a line, through the `ndjson` package's serializer. */
export interface NdjsonWriter {
  /** Writes a value's line at once; throws what `write` throws. */
  add(value: unknown): void;
}

/** Opens a writer of lines. Memory: the line at hand. */
export function openNdjson(write: (text: string) => void): NdjsonWriter {
  const serializer = stringify();
  return {
    add: (value) => {
      serializer.write(value);
      // Read in turn with writing: left to itself, a stream would gather all lines of a busy loop.
      for (let line = serializer.read(); line !== null; line = serializer.read()) {
        write(typeof line === "string" ? line : new TextDecoder().decode(line));
      }
    },
  };
}
