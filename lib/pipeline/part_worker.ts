/**
 * The entry of a thread that reads a part of a log: it is asked once, and answers once; meanwhile it says
 * how far it has come. The build makes an entry of it: see test/tasks/build.ts.
 */
import { shareEngineCode } from "../event/scanner/engine.ts";
import { anywhere } from "../log/descriptor_source.ts";
import type { PartOptions } from "./part_reader.ts";
import type { LogPart } from "./plan_parts.ts";
import { type PartAnswer, readPart } from "./read_part.ts";

/** What a thread is asked. */
export interface PartQuestion {
  readonly code: WebAssembly.Module;
  /** The file, open in the same process. */
  readonly file: { readonly name: string; readonly descriptor: number; readonly size: number };
  readonly options: PartOptions;
  readonly part: LogPart;
}

/** What it says: that it has read so many more bytes, or at last what it has found. */
export type PartReply = { readonly read: number } | { readonly answer: PartAnswer | null };

declare const self: {
  onmessage: ((event: { readonly data: PartQuestion }) => void) | null;
  postMessage(reply: PartReply, transfer: ArrayBuffer[]): void;
};

const bytesBetweenReplies = 32e6;

self.onmessage = async ({ data: { code, file, options, part } }) => {
  // Not optimised from its start, as the executable is not; a part is worth it.
  Bun.unsafe.setJITPolicy?.(1);
  shareEngineCode(code);
  const { descriptor, name, size } = file;
  let untold = 0;
  const progress = {
    add(bytes: number) {
      untold += bytes;
      if (untold >= bytesBetweenReplies) {
        self.postMessage({ read: untold }, []);
        untold = 0;
      }
      return null;
    },
  };
  const open = anywhere(descriptor, name, size, () => {});
  const answer = await readPart(open, part, options, progress);
  self.postMessage({ answer }, buffersOf(answer));
};

/** The memory of all typed arrays within a value, which is handed over rather than copied. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (value instanceof Map) return [...value.values()].flatMap(buffersOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(buffersOf);
}
