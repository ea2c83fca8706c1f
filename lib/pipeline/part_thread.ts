import { engineCode } from "../event/scanner/engine.ts";
import type { RandomAccess } from "../log/descriptor_source.ts";
import type { ReadProgress } from "../log/read_progress.ts";
import type { PartOptions } from "./part_reader.ts";
import type { PartQuestion, PartReply } from "./part_worker.ts";
import type { LogPart } from "./plan_parts.ts";
import type { PartAnswer } from "./read_part.ts";

/** Somebody who reads a part of a log meanwhile. */
export interface PartHelper {
  /** What was found; null if that is of no use. Never rejects. */
  readonly answer: Promise<PartAnswer | null>;
  /** Bytes of the part that its progress was told of. */
  readonly told: number;
  /** Why there is no answer, if there is a reason beside what the log holds. */
  readonly failure: string | null;
  stop(): void;
}

/**
 * Reads a part of a log in a thread of its own, which shares the file's descriptor: what the file is
 * renamed to meanwhile makes no difference. Where no thread can be had there is no answer.
 *
 * Memory: about 16 MB for the thread, its block, its line and its tables, and twice what its turns take.
 */
export class PartThread implements PartHelper {
  readonly answer: Promise<PartAnswer | null>;
  told = 0;
  failure: string | null = null;
  #worker: Worker | null = null;
  #isStopped = false;

  constructor(file: RandomAccess, part: LogPart, options: PartOptions, progress?: ReadProgress) {
    this.answer = new Promise((resolve) => {
      const fail = (why: string) => {
        this.failure ??= `another thread cannot be had (${why})`;
        resolve(null);
      };
      // By URL: a plain path would be looked up in the folder where the user stands. A small heap does,
      // as most of what a thread holds are typed arrays.
      try {
        this.#worker = new Worker(new URL("./part_worker.ts", import.meta.url), { smol: true });
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
        return;
      }
      const worker = this.#worker;
      worker.onmessage = ({ data }: MessageEvent<PartReply>) => {
        if ("answer" in data) resolve(data.answer);
        else if (!this.#isStopped) {
          this.told += data.read;
          progress?.add(data.read);
        }
      };
      worker.onerror = ({ message }) => fail(message);
      worker.addEventListener("close", () => fail("it has ended"));
      const { name, descriptor, size } = file;
      const shared = { name, descriptor, size };
      worker.postMessage({
        code: engineCode(),
        file: shared,
        options,
        part,
      } satisfies PartQuestion);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#worker?.terminate();
  }
}
