import { isAbsolute, join } from "node:path";

/** Where the log is, and which rule said so. */
export interface LogLocation {
  readonly path: string;
  readonly rule: LogRule;
}

/** The rules, the strongest first. A default log may be absent; a named one must be there. */
export type LogRule = "--log" | "TIMMY_LATENCY_LOG" | "XDG_STATE_HOME" | "home folder";

/**
 * Finds the log: the `--log` option, then `TIMMY_LATENCY_LOG`, then the state folder of the user.
 * Never the current folder. A relative XDG_STATE_HOME or HOME is ignored, as the XDG Base Directory
 * Specification demands; then `passwdHome`, the home folder of the user database, counts.
 */
export function locateLog(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  passwdHome: () => string,
): LogLocation {
  if (option !== undefined) return { path: option, rule: "--log" };
  const named = environment["TIMMY_LATENCY_LOG"];
  if (named !== undefined && named !== "") return { path: named, rule: "TIMMY_LATENCY_LOG" };
  const state = environment["XDG_STATE_HOME"] ?? "";
  if (isAbsolute(state)) return { path: underState(state), rule: "XDG_STATE_HOME" };
  const home = environment["HOME"] ?? "";
  const folder = isAbsolute(home) ? home : passwdHome();
  return { path: underState(join(folder, ".local", "state")), rule: "home folder" };
}

function underState(folder: string): string {
  return join(folder, "timmy-latency", "latency.log");
}
