import type { ReadProgress } from "../lib/log/read_progress.ts";
import { standardInput } from "../lib/log/standard_input.ts";
import { renderProgress } from "../lib/render/progress_line.ts";
import { type Arguments, isOn } from "./_command.ts";
import { beforeWriting, isTerminal, writePassing } from "./_output.ts";
import { type EndingSignal, endBy, endings, isIgnored } from "./_signals.ts";

/** Work that is done sooner says nothing. */
const patienceMs = 1_000;
const pauseMs = 100;
const usualColumns = 80;
const [stdin, stdout, stderr] = [0, 1, 2];
const erase = "\r\x1b[K";

/**
 * Says on stderr how far the reading has come, for whoever waits at a terminal for more than a second:
 * one line, which is gone before anything else is written. Nothing before that costs more than a look
 * at the clock.
 */
export class ProgressLine implements ReadProgress {
  isShown = false;

  #isTyped: boolean;
  #bytesRead = 0;
  #bytesTotal: number | null = null;
  #beganMs = performance.now();
  #nextMs = performance.now() + patienceMs;
  readonly #handlers = new Map<EndingSignal, () => void>();

  /** Of the logs of these names; `args` say whether notes are wanted at all. */
  constructor(args: Arguments, names: readonly string[]) {
    this.#isTyped = names.includes(standardInput);
    if (isOn(args, "quiet") || process.env["TERM"] === "dumb") this.#giveUp();
  }

  begin(bytes: number | null): void {
    this.#bytesTotal = bytes;
    this.#bytesRead = 0;
    this.#beganMs = performance.now();
  }

  leaveOut(bytes: number): void {
    if (this.#bytesTotal !== null) this.#bytesTotal -= bytes;
  }

  add(bytes: number): Promise<void> | null {
    this.#bytesRead += bytes;
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return null;
    this.#nextMs = nowMs + pauseMs;
    if (!this.isShown && !this.#open()) return null;
    this.#draw((nowMs - this.#beganMs) / 1000);
    // Reading keeps the thread for itself; without a turn now and then no signal would arrive.
    return new Promise((resolve) => setImmediate(resolve));
  }

  end(): void {
    if (!this.isShown) return;
    this.isShown = false;
    writePassing(erase);
    beforeWriting(null);
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
    this.#handlers.clear();
  }

  /** False if there is nobody to show it to. */
  #open(): boolean {
    // On the terminal where the log itself is typed nothing may come between.
    if (!isTerminal(stderr) || (this.#isTyped && isTerminal(stdin))) this.#giveUp();
    if (this.#nextMs === Number.POSITIVE_INFINITY) return false;
    this.isShown = true;
    beforeWriting((isData) => this.#makeWay(isData));
    for (const signal of Object.keys(endings) as EndingSignal[]) {
      if (isIgnored(signal)) continue;
      const handler = () => {
        this.end();
        endBy(signal);
      };
      this.#handlers.set(signal, handler);
      process.on(signal, handler);
    }
    return true;
  }

  #draw(seconds: number): void {
    const columns = process.stderr.columns || usualColumns;
    const line = renderProgress(
      { bytesRead: this.#bytesRead, bytesTotal: this.#bytesTotal, seconds },
      columns,
    );
    writePassing(`\r${line}\x1b[K`);
  }

  #makeWay(isData: boolean): void {
    // Where the answer itself appears it is the progress; and it may stop in the middle of a line.
    if (isData && isTerminal(stdout)) {
      this.#giveUp();
      this.end();
    } else if (!isData) writePassing(erase);
  }

  #giveUp(): void {
    this.#nextMs = Number.POSITIVE_INFINITY;
  }
}
