import { stringify } from "ndjson";

/** One JSON value a line, through the `ndjson` package's serializer. */
export interface NdjsonWriter {
  /** Throws what `write` has thrown before: no work for a reader that has gone. */
  add(value: unknown): void;
  /** Resolves once every line has been handed to `write`. */
  end(): Promise<void>;
}

/** Opens a writer of lines; a failure of `write` is thrown by the next `add()` and by `end()`. */
export function openNdjson(write: (text: string) => void): NdjsonWriter {
  const serializer = stringify();
  let failure: { readonly error: unknown } | null = null;
  const finished = new Promise<void>((resolve, reject) => {
    serializer.on("data", (line: string | Uint8Array) => {
      try {
        write(typeof line === "string" ? line : new TextDecoder().decode(line));
      } catch (error) {
        failure ??= { error };
        reject(error);
      }
    });
    serializer.on("end", resolve);
    serializer.on("error", reject);
  });
  finished.catch(() => {});
  return {
    add: (value) => {
      if (failure !== null) throw failure.error;
      serializer.write(value);
    },
    end: () => {
      serializer.end();
      return finished;
    },
  };
}
