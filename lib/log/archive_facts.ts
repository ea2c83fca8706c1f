import { EventStream } from "./event_stream.ts";
import { openLogFile } from "./file_source.ts";
import { Tally } from "./tally.ts";

const maxLineBytes = 1024 * 1024;

/** What reading an archive from beginning to end has shown. */
export interface ArchiveFacts {
  readonly events: number;
  readonly problems: number;
  /** The lowest and the highest timestamp, Unix seconds; null without an event. */
  readonly firstSeconds: number | null;
  readonly lastSeconds: number | null;
  /** Size after unpacking. */
  readonly bytes: number;
  /** SHA-256, hex, of the unpacked bytes. */
  readonly contentHash: string;
  /** What is wrong with the packing, or null. */
  readonly damage: string | null;
}

/**
 * Reads an archive with the reader that commands use, so that what it says is what they will find.
 *
 * @throws AccessError if it cannot be opened or read.
 */
export async function readArchiveFacts(path: string): Promise<ArchiveFacts> {
  const file = openLogFile(path);
  const hasher = new Bun.CryptoHasher("sha256");
  const hash = (target: Uint8Array, count: number) => {
    hasher.update(target.subarray(0, count));
    return count;
  };
  const hashed = {
    ...file,
    read: (target: Uint8Array) => {
      const count = file.read(target);
      return count instanceof Promise
        ? count.then((read) => hash(target, read))
        : hash(target, count);
    },
  };
  const tally = new Tally();
  const stream = new EventStream(hashed, tally, maxLineBytes);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let more = await stream.advance(); more; ) {
    const seconds = stream.head?.timestampSeconds ?? Number.NaN;
    if (seconds < first) first = seconds;
    if (seconds > last) last = seconds;
    const next = stream.advance();
    more = next instanceof Promise ? await next : next;
  }
  return {
    events: tally.events,
    problems: tally.problems,
    firstSeconds: tally.events > 0 ? first : null,
    lastSeconds: tally.events > 0 ? last : null,
    bytes: stream.reader.bytesRead,
    contentHash: hasher.digest("hex"),
    damage: file.damage(),
  };
}
