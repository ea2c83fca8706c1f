import { AccessError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { appendLines } from "../lib/log/append.ts";
import { LineStamper } from "../lib/log/stamp_lines.ts";
import { clock } from "./_clock.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { writeErrorLine } from "./_output.ts";

/** Signals that end the sidecar once what has arrived is written, and the status that tells of each. */
const endings = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * `timmy-latency log --stdin`: appends what arrives on stdin until it ends or a signal comes. The log
 * is opened for each batch, so a rotation may take the file away at any moment. What cannot be written
 * is counted and said; with `strict` the first failure ends the run.
 */
export async function logFromInput(path: string, strict: boolean): Promise<ExitCode> {
  Bun.unsafe.setJITPolicy(1);
  let lostLines = 0;
  const stamper = new LineStamper({
    append: (lines) => {
      try {
        appendLines(path, lines);
      } catch (error) {
        if (strict || !(error instanceof AccessError)) throw error;
        if (lostLines === 0) writeErrorLine(`timmy-latency: ${error.message}; trying on`);
        lostLines += lines.split("\n").length - 1;
      }
    },
    reject: (lineNumber, reason) => {
      writeErrorLine(
        `timmy-latency: Skipped line ${lineNumber} of the input: ${escapeControls(reason)}`,
      );
    },
  });
  const signal = await feed(stamper);
  if (lostLines > 0) writeErrorLine(`timmy-latency: ${lostLines} lines could not be written`);
  return signal === null ? exitCodes.fine : endings[signal];
}

/** Passes stdin on as it arrives; returns the signal that ended it, or null at its end. */
async function feed(stamper: LineStamper): Promise<keyof typeof endings | null> {
  const decoder = new TextDecoder();
  const reader = Bun.stdin.stream().getReader();
  const signalled = new Promise<keyof typeof endings>((resolve) => {
    for (const name of Object.keys(endings) as (keyof typeof endings)[]) {
      process.once(name, () => resolve(name));
    }
  });
  while (true) {
    const step = await Promise.race([reader.read(), signalled]);
    if (typeof step === "string") {
      stamper.end(clock.nowSeconds());
      return step;
    }
    if (step.done) break;
    stamper.push(decoder.decode(step.value, { stream: true }), clock.nowSeconds());
  }
  stamper.end(clock.nowSeconds());
  return null;
}
