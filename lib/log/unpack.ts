import type { ReadableStreamDefaultReader } from "node:stream/web";
import type { ByteSource } from "../ndjson/byte_source.ts";

/** The packed formats that are read. */
export type PackedFormat = "gzip" | "zstd";

/** Packed bytes are fed in blocks of this size. */
const blockBytes = 64 * 1024;
const magicBytes = 4;

/**
 * Says how a file is packed, by its first bytes: a `.gz` that is plain text is read as plain text, and
 * the other way round. Only of a file too short to tell does the name decide.
 */
export function detectPacking(head: Uint8Array, name: string): PackedFormat | null {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd";
  // A skippable frame, with which some zstd packers begin.
  if (a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18)
    return "zstd";
  if (head.length >= magicBytes) return null;
  if (name.endsWith(".gz") && isBeginning(head, [0x1f, 0x8b])) return "gzip";
  return name.endsWith(".zst") && isBeginning(head, [0x28, 0xb5, 0x2f]) ? "zstd" : null;
}

function isBeginning(head: Uint8Array, magic: readonly number[]): boolean {
  return head.every((byte, index) => magic[index] === byte);
}

/**
 * The unpacked bytes of a packed source, all members of it. Unpacks no more than what is asked for, so
 * a file that unpacks to terabytes costs no more memory than another. Where the packing is damaged or
 * cut off, the bytes before that place are still handed out; then the source ends and `damage` says
 * what happened.
 */
export class UnpackedSource implements ByteSource {
  /** What is wrong with the packing; null while nothing is known to be. */
  damage: string | null = null;

  readonly #format: PackedFormat;
  readonly #restart: (() => ByteSource) | null;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  /** Unpacked bytes handed out. */
  #delivered = 0;
  /** Unpacked bytes to pass over, because they were handed out before the packed source was restarted. */
  #passOver = 0;
  /** Packed bytes fed before the latest block. */
  #blockStart = 0;
  #fed = 0;
  /** The packed source has been restarted once. */
  #isCareful = false;
  /** Chunks taken from the unpacker, and a promise that somebody waits for the next one. */
  #taken = 0;
  #asked = Promise.withResolvers<void>();

  /**
   * `restart` begins the packed source anew. With it, a damaged block is read once more byte by byte,
   * as the unpacker drops what it made of a block in which it fails.
   */
  constructor(format: PackedFormat, packed: ByteSource, restart: (() => ByteSource) | null) {
    this.#format = format;
    this.#restart = restart;
    this.#reader = this.#open(packed, Number.POSITIVE_INFINITY);
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.#chunk.length === 0) {
      if (this.damage !== null || !(await this.#nextChunk())) return 0;
    }
    const count = Math.min(target.length, this.#chunk.length);
    target.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    this.#delivered += count;
    return count;
  }

  /** Gives up what is still being unpacked. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  /** Takes the next unpacked chunk, which may be empty; false at the end. */
  async #nextChunk(): Promise<boolean> {
    try {
      const next = this.#reader.read();
      this.#asked.resolve();
      const { done, value } = await next;
      this.#asked = Promise.withResolvers();
      this.#taken++;
      if (done) return false;
      const passed = Math.min(this.#passOver, value.length);
      this.#passOver -= passed;
      this.#chunk = value.subarray(passed);
      return true;
    } catch (error) {
      return this.#fail(error);
    }
  }

  /**
   * Waits until all chunks have been taken: an unpacker that fails at the end of a packed source that is
   * cut off drops those that nobody has asked for yet.
   */
  async #drained(): Promise<void> {
    for (let taken = -1; taken !== this.#taken; ) {
      taken = this.#taken;
      await this.#asked.promise;
      await Bun.sleep(0);
    }
  }

  #fail(error: unknown): boolean {
    // Failures of the file itself come through the stream as well; they end the run.
    if (!(error instanceof TypeError)) throw error;
    const isCut = error.message.includes("unexpected end of file");
    const restart = this.#restart;
    if (isCut || restart === null || this.#isCareful) {
      this.damage = isCut
        ? `the ${this.#format} archive is cut off here`
        : `the ${this.#format} archive is damaged from here on`;
      return false;
    }
    this.#isCareful = true;
    this.#passOver = this.#delivered;
    this.#asked = Promise.withResolvers();
    this.#reader = this.#open(restart(), this.#blockStart);
    return true;
  }

  /** Feeds `packed` to an unpacker: in blocks up to `carefulFrom`, then byte by byte. */
  #open(packed: ByteSource, carefulFrom: number): ReadableStreamDefaultReader<Uint8Array> {
    this.#fed = 0;
    const feed = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          const room = this.#fed < carefulFrom ? Math.min(blockBytes, carefulFrom - this.#fed) : 1;
          const block = new Uint8Array(room);
          const count = await packed.read(block);
          if (count === 0) {
            await this.#drained();
            controller.close();
            return;
          }
          this.#blockStart = this.#fed;
          this.#fed += count;
          controller.enqueue(block.subarray(0, count));
        },
      },
      // Nothing is read ahead: the unpacker asks when its reader asks.
      { highWaterMark: 0 },
    );
    const unpacked: ReadableStream<Uint8Array> = feed.pipeThrough(
      new DecompressionStream(this.#format as "gzip"),
    );
    return unpacked.getReader();
  }
}
