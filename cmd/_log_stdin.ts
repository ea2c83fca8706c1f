import { AccessError, describeSystemError, errorCode } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { AppendError, appendLines } from "../lib/log/append.ts";
import { warnOfSharing } from "../lib/log/file_system.ts";
import { LineStamper } from "../lib/log/stamp_lines.ts";
import { formatCount } from "../lib/units/count.ts";
import { clock } from "./_clock.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { writeErrorLine } from "./_output.ts";
import { type EndingSignal, endBy, endings, isIgnored } from "./_signals.ts";

/** After a signal, reading goes on until nothing has come for so long … */
const quietMs = 10;
/** … but for no longer than this, should it never stop. */
const drainMs = 1000;
/** While there is always more to read, signals are looked at so often. */
const turnMs = 50;
/** Ctrl-C ends whoever feeds us too, and that end may be seen before the signal that brought it. */
const settleMs = 5;

/** What is needed of stdin. */
interface Input {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/**
 * `timmy-latency log --stdin`: appends what arrives on stdin until it ends or a signal comes. The log
 * is opened for each batch, so a rotation may take the file away at any moment. What cannot be written
 * is counted and said; with `strict` the first failure ends the run. With `quiet` no notes are made.
 */
export async function logFromInput(
  path: string,
  strict: boolean,
  quiet: boolean,
): Promise<ExitCode> {
  Bun.unsafe.setJITPolicy?.(1);
  let lostLines = 0;
  const stamper = new LineStamper({
    append: (lines) => {
      try {
        const warning = appendLines(path, lines) && !quiet ? warnOfSharing(path) : null;
        if (warning !== null) writeErrorLine(`timmy-latency: ${warning}`);
      } catch (error) {
        if (strict || !(error instanceof AppendError)) throw error;
        if (lostLines === 0) writeErrorLine(`timmy-latency: ${error.message}; trying on`);
        lostLines += countLines(lines.subarray(error.writtenBytes));
      }
    },
    reject: (lineNumber, reason) => {
      writeErrorLine(
        `timmy-latency: Skipped line ${lineNumber} of the input: ${escapeControls(reason)}`,
      );
    },
  });
  let signal: EndingSignal | null = null;
  try {
    signal = await feed(stamper);
  } catch (error) {
    if (strict || !(error instanceof AccessError)) throw error;
    writeErrorLine(`timmy-latency: ${error.message}`);
  }
  if (lostLines > 0) {
    writeErrorLine(`timmy-latency: ${formatCount(lostLines, "line")} could not be written`);
  }
  return signal === null ? exitCodes.fine : endBy(signal);
}

/** Passes stdin on as it arrives; returns the signal that ended it, or null at its end. */
async function feed(stamper: LineStamper): Promise<EndingSignal | null> {
  const input = openInput();
  let signal: EndingSignal | null = null;
  let isCut = false;
  let chunks = 0;
  const names = (Object.keys(endings) as EndingSignal[]).filter((name) => !isIgnored(name));
  for (const name of names) {
    process.on(name, () => {
      signal = name;
      // From here on a second signal ends the process at once.
      for (const other of names) process.removeAllListeners(other);
      cancelWhenQuiet(
        input,
        () => chunks,
        () => {
          isCut = true;
        },
      );
    });
  }
  try {
    let turnedMs = performance.now();
    for (let step = await read(input); step.value !== undefined; step = await read(input)) {
      chunks++;
      stamper.push(step.value, clock.nowSeconds());
      if (performance.now() - turnedMs < turnMs) continue;
      // A read that need not wait never lets signals and timers have their turn.
      await Bun.sleep(0);
      turnedMs = performance.now();
    }
    // What is cut in the middle of a line is no last line.
    if (!isCut) stamper.end();
    await Bun.sleep(settleMs);
  } finally {
    // An input that is still open would keep the process waiting.
    void input.cancel();
  }
  return signal;
}

/**
 * Ends the reading once what had arrived is read: `chunks` says how much has been read so far. Where
 * more and more arrives, says that it cuts the input and ends the reading all the same.
 */
function cancelWhenQuiet(input: Input, chunks: () => number, cut: () => void): void {
  const endMs = performance.now() + drainMs;
  let before = -1;
  const timer = setInterval(() => {
    const now = chunks();
    const isLate = performance.now() >= endMs;
    if (now !== before && !isLate) {
      before = now;
      return;
    }
    if (now !== before) cut();
    clearInterval(timer);
    void input.cancel();
  }, quietMs);
}

function openInput(): Input {
  try {
    return Bun.stdin.stream().getReader();
  } catch (error) {
    throw inputError(error);
  }
}

async function read(input: Input) {
  try {
    return await input.read();
  } catch (error) {
    throw inputError(error);
  }
}

function inputError(error: unknown): AccessError {
  const reason = describeSystemError(error);
  return new AccessError(`Cannot read standard input: ${reason}`, errorCode(error));
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === 0x0a) lines++;
  return lines;
}
