import { createHash } from "node:crypto";
import { decodeLine } from "../event/decode.ts";
import type { LogFile } from "../log/file_source.ts";
import { LineReader } from "../ndjson/line_reader.ts";
import { shortHash } from "./short_hash.ts";

const blockBytes = 64 * 1024;

/**
 * What a log is known by while it grows, after it has become an archive, and however that is packed: a
 * hash over the place and the bytes of its first line that holds an event. Null if there is none yet.
 *
 * @throws AccessError if the file cannot be read.
 */
export async function generationOf(file: LogFile, maxLineBytes: number): Promise<string | null> {
  const reader = new LineReader(file, { maxLineBytes, blockBytes });
  do {
    while (reader.next()) {
      if (reader.tooLong) continue;
      const { bytes, start, end, offset, terminator } = reader;
      const line = decodeLine(bytes, start, end, terminator === "end");
      if (line === null || line.events.length === 0) continue;
      return shortHash(
        createHash("sha256").update(`${offset}\n`).update(bytes.subarray(start, end)),
      );
    }
  } while (await reader.fill());
  return null;
}
