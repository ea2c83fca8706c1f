import { describeSystemError, errorCode } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import type { Metadata } from "../lib/event/timing_event.ts";
import { writeErrorLine } from "./_output.ts";
import { isFromKeyboard, isIgnored } from "./_signals.ts";

const notFound = 127;
const notExecutable = 126;
/** Signals that are passed on to the command. */
const passedOn = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const;

/** How a command ended. */
export interface Status {
  /** Its exit status; 128+n if signal n ended it, 127 if it was not found, 126 if it cannot be executed. */
  readonly code: number;
  /** The signal that ended it, or null. */
  readonly signal: string | null;
}

/** The status as metadata of the event that tells of it. */
export function statusMetadata({ code, signal }: Status): Metadata {
  return signal === null ? { exit_status: code } : { exit_status: code, signal };
}

/**
 * A command that shares this process's input, output and signals. From when it is made until it is
 * run signals wait, and are passed on then.
 */
export class ChildCommand {
  readonly #ignored: readonly NodeJS.Signals[];
  #child: Bun.Subprocess | null = null;

  constructor() {
    this.#ignored = passedOn.filter(isIgnored);
    for (const signal of passedOn) {
      if (this.#ignored.includes(signal)) continue;
      process.on(signal, () => {
        // What the keyboard sends goes to the whole group: the command has it already.
        if (!isFromKeyboard(signal)) this.#child?.kill(signal);
      });
    }
  }

  /** Runs the command to its end; a failure to start it is said and is a status too. */
  async run(words: readonly string[]): Promise<Status> {
    try {
      this.#child = this.#start(words);
    } catch (error) {
      const isMissing = errorCode(error) === "ENOENT";
      const why = isMissing ? "no such command" : describeSystemError(error);
      writeErrorLine(`timmy-latency: Cannot run ${escapeControls(words[0] ?? "")}: ${why}`);
      return { code: isMissing ? notFound : notExecutable, signal: null };
    }
    const code = await this.#child.exited;
    const { signalCode } = this.#child;
    // Real-time signals have numbers for names.
    const signal = typeof signalCode === "number" ? `SIG${signalCode}` : signalCode;
    return { code, signal };
  }

  #start(words: readonly string[]): Bun.Subprocess {
    if (this.#ignored.length > 0) return spawn([...ignoring(this.#ignored), ...words]);
    try {
      return spawn(words);
    } catch (error) {
      if (errorCode(error) !== "ENOEXEC") throw error;
      // A script without #! is run by the shell, wherever it is called from.
      const [name = "", ...rest] = words;
      const path = name.includes("/") ? name : Bun.which(name);
      return spawn(["/bin/sh", path ?? name, ...rest]);
    }
  }
}

function spawn(words: readonly string[]): Bun.Subprocess {
  return Bun.spawn([...words], { stdio: ["inherit", "inherit", "inherit"] });
}

/** Bun lets a child listen to signals that its parent was told to ignore; a shell takes care of that. */
function ignoring(signals: readonly NodeJS.Signals[]): readonly string[] {
  const names = signals.map((signal) => signal.slice("SIG".length)).join(" ");
  return ["/bin/sh", "-c", `trap '' ${names}; exec "$@"`, "sh"];
}
