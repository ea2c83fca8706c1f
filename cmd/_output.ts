/**
 * Honest output. `console.log` loses text silently on a full disk, streams lose it at exit: so bytes
 * go to the descriptors in loops that compare counts. Data goes to stdout, all else to stderr.
 */
import { fstatSync, writeSync } from "node:fs";
import type { ConsolaInstance } from "consola/core";
import { AccessError, describeSystemError, errorCode } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { ansiStyle, plainStyle, type Style } from "../lib/render/style.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";

const stdout = 1;
const stderr = 2;
const bufferBytes = 64 * 1024;
/** A character of UTF-16 makes so many bytes of UTF-8 at most. */
const bytesPerCharacter = 3;
const pauseMs = 1;
/** The number under which Linux has /dev/null, /dev/zero and the like. */
const linuxMemoryDevices = 1;

/** Thrown when the reader of stdout has gone away (`| head`): the work stops, and that is fine. */
export class ReaderGoneError extends Error {}

let buffer: Buffer | null = null;
let filled = 0;
let clearFirst: ((isData: boolean) => void) | null = null;

/**
 * Writes data to stdout, buffered; `flushOut()` must follow at the end.
 *
 * @throws ReaderGoneError if nobody reads any more.
 * @throws AccessError if stdout takes no more, as on a full disk.
 */
export function writeOut(text: string): void {
  const mostBytes = text.length * bytesPerCharacter;
  if (filled + mostBytes > bufferBytes) flushOut();
  if (mostBytes > bufferBytes) {
    writeAll(stdout, Buffer.from(text));
    return;
  }
  // One for all: what is made anew each time is garbage that stays in memory for a while.
  buffer ??= Buffer.allocUnsafe(bufferBytes);
  filled += buffer.write(text, filled);
}

/** Writes bytes as `writeOut` writes text, and throws as it does. */
export function writeOutBytes(bytes: Uint8Array): void {
  const isLong = bytes.length > bufferBytes / 2;
  if (isLong || filled + bytes.length > bufferBytes) flushOut();
  if (isLong) {
    writeAll(stdout, bytes);
    return;
  }
  buffer ??= Buffer.allocUnsafe(bufferBytes);
  buffer.set(bytes, filled);
  filled += bytes.length;
}

/** Writes out what is buffered. Throws as `writeOut` does. */
export function flushOut(): void {
  if (buffer === null || filled === 0) return;
  const bytes = buffer.subarray(0, filled);
  filled = 0;
  writeAll(stdout, bytes);
}

/**
 * Writes a line to stderr, with control characters made visible: messages quote paths and names. It
 * may fail (closed, full): there is nowhere left to say so.
 */
export function writeErrorLine(text: string): void {
  try {
    writeAll(stderr, Buffer.from(`${escapeControls(text)}\n`));
  } catch {}
}

/**
 * Has `clear` called whenever something is about to be written, with whether it goes to stdout: whoever
 * has put up something for the moment takes it away then. Null ends that.
 */
export function beforeWriting(clear: ((isData: boolean) => void) | null): void {
  clearFirst = clear;
}

/** Sends a terminal on stderr what is there for the moment only; it may fail, and be lost. */
export function writePassing(text: string): void {
  try {
    writeSync(stderr, text);
  } catch {}
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  clearFirst?.(descriptor === stdout);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const code = errorCode(error);
      if (code === "EPIPE") throw new ReaderGoneError();
      if (code !== "EAGAIN") {
        throw new AccessError(
          `Cannot write to standard output: ${describeSystemError(error)}`,
          code,
        );
      }
      // The other end of a non-blocking pipe is slow; polling costs little and loses nothing.
      Bun.sleepSync(pauseMs);
    }
  }
}

/** Whether a person looks at stdout, or at another of the three. */
export function isTerminal(descriptor = stdout): boolean {
  if (!mayBeTerminal(descriptor)) return false;
  // Loaded here because it costs 1.7 ms, which nobody should wait without need.
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/** False for what cannot be one: a file, a pipe, /dev/null. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    const isMemory = process.platform === "linux" && stat.rdev >> 8 === linuxMemoryDevices;
    return stat.isCharacterDevice() && !isMemory;
  } catch {
    return false;
  }
}

/**
 * Chooses emphasis for stdout: `--color`, then NO_COLOR and FORCE_COLOR (set and not empty), then
 * whether it is a terminal that knows colours.
 */
export function styleFor(args: Arguments): Style {
  const choice = textOf(args, "color") ?? "auto";
  if (choice !== "auto") return choice === "always" ? ansiStyle : plainStyle;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return plainStyle;
  if (FORCE_COLOR) return /^(0|false)$/.test(FORCE_COLOR) ? plainStyle : ansiStyle;
  return isTerminal() && TERM !== "dumb" ? ansiStyle : plainStyle;
}

/** Messages for people beside the data: notes unless `--quiet`, details only with `--verbose`. */
export interface Messages {
  note(text: string): Promise<void>;
  detail(text: string): Promise<void>;
}

/** Opens the messages of a run; consola is loaded when the first one is shown. */
export function messagesFor(args: Arguments): Messages {
  const level = isOn(args, "quiet") ? 1 : isOn(args, "verbose") ? 4 : 3;
  let instance: Promise<ConsolaInstance> | null = null;
  const messages = () => {
    instance ??= openConsola(level);
    return instance;
  };
  return {
    note: async (text) => {
      if (level >= 3) (await messages()).info(text);
    },
    detail: async (text) => {
      if (level >= 4) (await messages()).debug(text);
    },
  };
}

async function openConsola(level: number): Promise<ConsolaInstance> {
  // Without the reporters that it brings: their import takes 2 ms more.
  const { createConsola } = await import("consola/core");
  return createConsola({
    level,
    // Repeated lines are shown each time: a message that is folded away is a message lost.
    throttleMin: Number.POSITIVE_INFINITY,
    reporters: [{ log: ({ args }) => writeErrorLine(args.join(" ")) }],
  });
}
