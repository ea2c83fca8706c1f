import { type FSWatcher, watch as watchFolder } from "node:fs";
import { dirname } from "node:path";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { type EndingSignal, endBy, endings } from "./_signals.ts";

/** Looks at least so often, also without a hint. */
const lookMs = 250;

/**
 * Does some work again and again while something may have happened to a file, until it is told to end.
 * The file system's hints save waiting; `restMs` is how long it rests however much they have to tell.
 */
export class Loop {
  readonly #restMs: number;
  #isOver = false;
  #signal: EndingSignal | null = null;
  #woken = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();

  constructor(restMs: number) {
    this.#restMs = restMs;
  }

  /** Does the work at once and then whenever something may have happened to `path`. */
  async run(path: string, work: () => Promise<void>): Promise<void> {
    const names = Object.keys(endings) as EndingSignal[];
    const handlers = names.map((name) => [name, () => this.endBy(name)] as const);
    for (const [name, handler] of handlers) process.on(name, handler);
    const hint = hintAt(path, () => this.wake());
    try {
      while (!this.#isOver) {
        this.#woken = Promise.withResolvers();
        await work();
        if (this.#isOver) break;
        await Bun.sleep(this.#restMs);
        await Promise.race([this.#woken.promise, Bun.sleep(lookMs)]);
      }
    } finally {
      hint?.close();
      for (const [name, handler] of handlers) process.off(name, handler);
    }
  }

  /** Resolves when it was told to end. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ends the process by the signal that ended the loop, if one did. */
  conclude(): ExitCode {
    return this.#signal === null ? exitCodes.fine : endBy(this.#signal);
  }

  /** Does not wait any longer. */
  wake(): void {
    this.#woken.resolve();
  }

  end(): void {
    this.#isOver = true;
    this.#over.resolve();
    this.wake();
  }

  endBy(signal: EndingSignal): void {
    this.#signal = signal;
    this.end();
  }
}

/** The file system's hints save waiting; without them everything is only seen a little later. */
function hintAt(path: string, wake: () => void): FSWatcher | null {
  try {
    return watchFolder(dirname(path), wake).on("error", () => {});
  } catch {
    return null;
  }
}
