import { isatty } from "node:tty";
import type { Key } from "../lib/render/watch_view.ts";
import { flushOut, writeOut } from "./_output.ts";

const enter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const usualRows = 24;

/**
 * The whole terminal as a picture that is drawn again and again. Whatever was there comes back when it
 * is closed, which has to happen on every way out.
 */
export class Screen {
  readonly #onKey: (key: Key) => void;
  #shown: readonly string[] = [];
  #isOpen = false;
  #size = "";
  readonly #hasKeys = isatty(0);

  constructor(onKey: (key: Key) => void) {
    this.#onKey = onKey;
  }

  /** Lines that there is room for. */
  get rows(): number {
    return process.stdout.rows || usualRows;
  }

  /** Takes the terminal over. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#size = "";
    if (this.#hasKeys) {
      process.stdin.setRawMode(true);
      process.stdin.on("data", this.#read);
      process.stdin.resume();
    }
    writeOut(enter);
    flushOut();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#hasKeys) {
      process.stdin.off("data", this.#read);
      process.stdin.setRawMode(false);
      process.stdin.pause();
    }
    writeOut(leave);
    flushOut();
  }

  /** Shows lines, sending only those that have changed; all of them after a change of size. */
  draw(lines: readonly string[]): void {
    const size = `${process.stdout.columns}x${process.stdout.rows}`;
    if (size !== this.#size) {
      this.#size = size;
      this.#shown = [];
      writeOut("\x1b[2J");
    }
    for (const [row, line] of lines.entries()) {
      if (this.#shown[row] !== line) writeOut(`\x1b[${row + 1};1H\x1b[m${line}`);
    }
    this.#shown = lines;
    flushOut();
  }

  readonly #read = (data: Buffer) => {
    for (const key of keysOf(data.toString())) this.#onKey(key);
  };
}

const named: readonly (readonly [bytes: string, key: Key])[] = [
  ["\x1b[A", "up"],
  ["\x1bOA", "up"],
  ["\x1b[B", "down"],
  ["\x1bOB", "down"],
  ["\r", "enter"],
  ["\n", "enter"],
  ["\x7f", "backspace"],
  ["\b", "backspace"],
  ["\x03", "interrupt"],
  ["\x1a", "suspend"],
];

/** Cuts what a terminal sends into keys; sequences that mean nothing here are passed over. */
export function keysOf(text: string): Key[] {
  const keys: Key[] = [];
  for (let rest = text; rest !== ""; ) {
    const match = named.find(([bytes]) => rest.startsWith(bytes));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are such sequences
    const sequence = /^\x1b(?:\[[\d;?]*[ -/]*[@-~]|O.)/.exec(rest)?.[0];
    if (match !== undefined) keys.push(match[1]);
    else if (sequence === undefined && rest.startsWith("\x1b")) keys.push("escape");
    else if (sequence === undefined && rest >= " ")
      keys.push(String.fromCodePoint(rest.codePointAt(0) ?? 0));
    const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    rest = rest.slice((match?.[0] ?? sequence ?? letter).length);
  }
  return keys;
}
