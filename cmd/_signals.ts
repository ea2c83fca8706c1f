import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { ExitCode } from "./_exit_codes.ts";

/** Signals by which a run is asked to end, and the status that tells of each. */
export const endings = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** One of them. */
export type EndingSignal = keyof typeof endings;

/**
 * Whether whoever started this process told it to ignore a signal, as `nohup` does with SIGHUP and a
 * shell with SIGINT for what it starts in the background. Ask before handling the signal, which ends
 * that. False where there is no /proc.
 */
export function isIgnored(signal: NodeJS.Signals): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readProcess("status"))?.[1] ?? "0";
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

/**
 * Whether a signal that the keyboard can send comes from there: it does if this process is in the
 * foreground of its terminal, and then all its children in the foreground have it already.
 */
export function isFromKeyboard(signal: NodeJS.Signals): boolean {
  if (signal !== "SIGINT" && signal !== "SIGQUIT") return false;
  const stat = readProcess("stat");
  if (stat === "") return process.getBuiltinModule("node:tty").isatty(0);
  // The name in brackets may hold anything; behind it: state, parent, group, session, terminal, foreground group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
}

/**
 * Ends this process by a signal that it has handled, as if it had not: a shell stops its script at
 * Ctrl-C, and systemd sees a service that ended as told. Returns the status that says the same, for
 * process 1 of a container, which no signal of its own can end.
 */
export function endBy(signal: EndingSignal): ExitCode {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  return endings[signal];
}

function readProcess(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, "utf8");
  } catch {
    return "";
  }
}
