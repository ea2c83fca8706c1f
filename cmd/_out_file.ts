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
import {
  AccessError,
  describeSystemError,
  errorCode,
  systemError,
  UsageError,
} from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import { findLogs } from "../lib/log/find_logs.ts";
import { standardInput } from "../lib/log/standard_input.ts";
import type { SystemCalls } from "../lib/log/system_calls.ts";

const bufferCharacters = 64 * 1024;
/** As private as the log that it is drawn from. */
const newMode = 0o640;
/** `O_TMPFILE` of Linux: a file without a name, which goes with the process unless it is given one. */
const withoutName = 0o20000000 | constants.O_DIRECTORY;

/** Where a file is until it is whole. */
interface Draft {
  readonly descriptor: number;
  /** `nameless` has no name yet, `hidden` another one, `direct` is a device or pipe. */
  readonly kind: "nameless" | "hidden" | "direct";
}

/**
 * A file that appears whole or not at all: it is written without a name, which it gets at the end. Where
 * the system knows no such files it is written under a hidden name beside its place, which only a run
 * that is killed leaves behind. A device or pipe is written to directly.
 */
export class OutFile {
  readonly #path: string;
  readonly #hiddenPath: string;
  readonly #system: SystemCalls | null;
  readonly #draft: Draft;
  #buffered = "";
  #isOver = false;

  /**
   * Begins the file `path`; without `system` it has a name from the beginning.
   *
   * @throws AccessError if nothing can be written there.
   */
  constructor(path: string, system: SystemCalls | null) {
    const present = statOrNull(path);
    if (present?.isDirectory()) throw new AccessError(`Cannot write ${path}: it is a directory`);
    this.#path = present === null ? path : realpathSync(path);
    // Hidden, so that no folder of logs counts it.
    const name = `.${basename(this.#path)}.${process.pid}.part`;
    this.#hiddenPath = join(dirname(this.#path), name);
    this.#system = system;
    try {
      this.#draft = this.#open(present);
    } catch (error) {
      throw writeError(path, error);
    }
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
    const { descriptor, kind } = this.#draft;
    try {
      if (kind !== "direct") {
        fsyncSync(descriptor);
        const isNameless = kind === "nameless" && this.#system !== null;
        const refusal = isNameless ? this.#system.giveName(descriptor, this.#hiddenPath) : null;
        if (refusal !== null) throw systemError(refusal);
        renameSync(this.#hiddenPath, this.#path);
      }
    } catch (error) {
      this.abandon();
      throw writeError(this.#path, error);
    }
    this.#close();
  }

  /** Gives up what was written; the place is as it was. Does nothing to a finished file. */
  abandon(): void {
    if (this.#isOver) return;
    this.#close();
    if (this.#draft.kind !== "direct") rmSync(this.#hiddenPath, { force: true });
  }

  #open(present: Stats | null): Draft {
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    if (present !== null && !present.isFile()) {
      return { descriptor: openSync(this.#path, O_WRONLY), kind: "direct" };
    }
    const nameless = this.#openNameless();
    const descriptor = nameless ?? openSync(this.#hiddenPath, O_WRONLY | O_CREAT | O_EXCL, newMode);
    // What is replaced keeps its mode.
    if (present !== null) fchmodSync(descriptor, present.mode & 0o777);
    return { descriptor, kind: nameless === null ? "hidden" : "nameless" };
  }

  /** Null where there are no files without a name; whatever else is wrong shows with a name too. */
  #openNameless(): number | null {
    if (!this.#system?.knowsNamelessFiles) return null;
    try {
      return openSync(dirname(this.#hiddenPath), constants.O_WRONLY | withoutName, newMode);
    } catch {
      return null;
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffered);
    this.#buffered = "";
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#draft.descriptor, bytes, written);
      }
    } catch (error) {
      this.abandon();
      throw writeError(this.#path, error);
    }
  }

  #close(): void {
    this.#isOver = true;
    closeSync(this.#draft.descriptor);
  }
}

function writeError(path: string, error: unknown): AccessError {
  return new AccessError(`Cannot write ${path}: ${describeSystemError(error)}`, errorCode(error));
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
    throw writeError(path, error);
  }
}
