import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";

/** Whether a person can be asked: stdin and stderr are a terminal. */
export function canAsk(): boolean {
  return isatty(0) && isatty(2);
}

/**
 * Asks a yes-or-no question on stderr; anything but yes is no, and so is the end of input. (consola's
 * own prompt writes to stdout, which carries data only.)
 */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode Ctrl-C is a key; it must end the run as it ends every other.
  terminal.once("SIGINT", () => {
    terminal.close();
    process.kill(process.pid, "SIGINT");
  });
  const gone = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), gone]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
