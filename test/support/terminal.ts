import { bareProcess, binary, type RunOptions } from "./binary.ts";

/** What a run on a terminal left behind. */
export interface TerminalRun {
  /** The exit status; 128 + n if signal n ended it. */
  readonly code: number;
  /** All that the terminal was sent, stdout and stderr alike. */
  readonly shown: string;
}

/** Someone at the keyboard. */
export interface Typist {
  /** Waits for this text to appear … */
  readonly at: string;
  /** … and types these keys, once; null hangs up. */
  readonly keys: string | null;
}

/** A run that lasts longer hangs, and is killed. */
const patienceMs = 60_000;

/**
 * Runs a shell script on a terminal of its own, with `$TIMMY` as the executable. The keys are typed
 * when the question is there, as keys that come before are another story.
 */
export async function runOnTerminal(
  script: string,
  options: RunOptions = {},
  typist?: Typist,
): Promise<TerminalRun> {
  const decoder = new TextDecoder();
  const closed = Promise.withResolvers<void>();
  let shown = "";
  let hasTyped = false;
  const { cwd, env } = bareProcess(options);
  const child = Bun.spawn(["bash", "-c", script], {
    cwd,
    env: { TERM: "xterm", TIMMY: binary, ...env },
    timeout: patienceMs,
    killSignal: "SIGKILL",
    terminal: {
      cols: 500,
      data(terminal, data) {
        shown += decoder.decode(data, { stream: true });
        if (typist === undefined || hasTyped || !shown.includes(typist.at)) return;
        hasTyped = true;
        if (typist.keys === null) terminal.close();
        else terminal.write(typist.keys);
      },
      exit: () => closed.resolve(),
    },
  });
  const code = await child.exited;
  if (typist?.keys !== null) await closed.promise;
  child.terminal?.close();
  return { code, shown };
}
