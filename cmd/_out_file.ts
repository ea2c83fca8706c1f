import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { AccessError, describeSystemError, errorCode, UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import { findLogs, standardInput } from "../lib/log/find_logs.ts";
import { type EndingSignal, endBy, endings, isIgnored } from "./_signals.ts";

const bufferCharacters = 64 * 1024;
/** As private as the log that it is drawn from. */
const newMode = 0o640;

/**
 * A file that appears whole or not at all: it is written under another name beside its place (hidden, so
 * that no folder of logs counts it) and renamed at the end. A run that is killed outright leaves
 * that other file behind; every other failure takes it away. A device or pipe is written to directly.
 */
export class OutFile {
  readonly #path: string;
  /** Null for a device or pipe. */
  readonly #temporary: string | null;
  readonly #descriptor: number;
  readonly #handlers: (readonly [signal: EndingSignal, handler: () => void])[] = [];
  #buffered = "";
  #isOver = false;

  /**
   * Begins the file `path`.
   *
   * @throws AccessError if nothing can be written there.
   */
  constructor(path: string) {
    const present = statOrNull(path);
    this.#path = present === null ? path : realpathSync(path);
    if (present?.isDirectory()) throw new AccessError(`Cannot write ${path}: it is a directory`);
    const isPlain = present === null || present.isFile();
    const name = `.${basename(this.#path)}.${process.pid}.part`;
    this.#temporary = isPlain ? join(dirname(this.#path), name) : null;
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    this.#descriptor = this.#try(() =>
      this.#temporary === null
        ? openSync(this.#path, O_WRONLY)
        : openSync(this.#temporary, O_WRONLY | O_CREAT | O_EXCL, newMode),
    );
    if (this.#temporary === null) return;
    this.#listen();
    // What is replaced keeps its mode.
    if (present !== null) this.#try(() => fchmodSync(this.#descriptor, present.mode & 0o777));
  }

  /**
   * Writes a part.
   *
   * @throws AccessError if it cannot be written.
   */
  write(text: string): void {
    this.#buffered += text;
    if (this.#buffered.length >= bufferCharacters) this.#flush();
  }

  /**
   * Puts the whole file into its place.
   *
   * @throws AccessError if that fails; the place is then as it was.
   */
  finish(): void {
    this.#flush();
    this.#try(() => {
      if (this.#temporary === null) return;
      fsyncSync(this.#descriptor);
      renameSync(this.#temporary, this.#path);
    });
    this.#close();
  }

  /** Gives up what was written; the place is as it was. Does nothing to a finished file. */
  abandon(): void {
    if (this.#isOver) return;
    this.#close();
    if (this.#temporary !== null) rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffered);
    this.#buffered = "";
    this.#try(() => {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#descriptor, bytes, written);
      }
    });
  }

  #close(): void {
    this.#isOver = true;
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
    closeSync(this.#descriptor);
  }

  #listen(): void {
    for (const signal of Object.keys(endings) as EndingSignal[]) {
      if (isIgnored(signal)) continue;
      const handler = () => {
        this.abandon();
        process.exitCode = endBy(signal);
      };
      this.#handlers.push([signal, handler]);
      process.on(signal, handler);
    }
  }

  #try<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      if (this.#descriptor !== undefined) this.abandon();
      const reason = describeSystemError(error);
      throw new AccessError(`Cannot write ${this.#path}: ${reason}`, errorCode(error));
    }
  }
}

/**
 * Makes sure that what is written to `path` replaces none of these logs, by whatever name.
 *
 * @throws UsageError if it would.
 * @throws AccessError if a log cannot be found.
 */
export function refuseToReplaceLogs(path: string, names: readonly string[]): void {
  const target = statOrNull(path);
  if (target === null) return;
  for (const log of findLogs(names)) {
    const stat = log.path === standardInput ? fstatSync(0) : log.stat;
    if (stat === null || stat.dev !== target.dev || stat.ino !== target.ino) continue;
    throw new UsageError(`Cannot write to ${quote(path)}: it is the log itself; name another file`);
  }
}

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw new AccessError(`Cannot write ${path}: ${describeSystemError(error)}`, errorCode(error));
  }
}
