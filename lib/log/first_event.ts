import { EventStream } from "./event_stream.ts";
import { openLogFile } from "./file_source.ts";
import { Tally } from "./tally.ts";

const maxLineBytes = 1024 * 1024;
const blockBytes = 16 * 1024;

/**
 * The timestamp of the first event in a file, Unix seconds; null if it holds none. Reads no further
 * than that.
 *
 * @throws AccessError if it cannot be opened or read.
 */
export async function readFirstSeconds(path: string): Promise<number | null> {
  const stream = new EventStream(openLogFile(path), new Tally(), maxLineBytes, blockBytes);
  if (!(await stream.advance())) return null;
  const seconds = stream.head?.timestampSeconds ?? null;
  stream.close();
  return seconds;
}
