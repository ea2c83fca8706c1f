import { UsageError } from "../lib/error.ts";
import { escapeControls, quote } from "../lib/escape.ts";
import { type LogLocation, locateLog } from "../lib/log/log_path.ts";
import { type Arguments, type ArgumentTable, textOf } from "./_command.ts";
import { homeFolder } from "./_home_folder.ts";

/** Options of every word; they may stand before it or after it. */
export const globalOptions = {
  log: {
    type: "string",
    valueHint: "FILE",
    completes: "file",
    description: "the log, instead of the usual place",
  },
  format: { type: "string", valueHint: "F", description: "how to write the answer" },
  color: {
    type: "string",
    valueHint: "WHEN",
    values: ["auto", "always", "never"],
    description: "when to use colours: auto, always or never",
  },
  quiet: { type: "boolean", description: "no notes and no list of problems; errors stay" },
  verbose: { type: "boolean", description: "say more about how the answer was found" },
  help: { type: "boolean", alias: "h", description: "show help" },
  version: { type: "boolean", alias: "V", description: "show the version" },
} as const satisfies ArgumentTable;

/** Arguments of `help`, which is answered without being one of the words. */
export const helpArguments = {
  word: { type: "positional", description: "the word to explain" },
  man: { type: "boolean", description: "print the manual page, for man -l or a package" },
} as const satisfies ArgumentTable;

/**
 * Finds the log that the options, the environment and the user database name.
 *
 * @throws AccessError if none of them does.
 */
export function locate(args: Arguments): LogLocation {
  return locateLog(textOf(args, "log"), process.env, homeFolder);
}

/**
 * Finds the log like `locate`, for those who write it, care for it or follow it: it has to be a file.
 *
 * @throws UsageError if it is an address.
 * @throws AccessError if nothing names it.
 */
export function locateFile(args: Arguments): LogLocation {
  const location = locate(args);
  if (!/^[a-z]+:\/\//i.test(location.path)) return location;
  throw new UsageError(
    `Cannot use ${quote(location.path)} (by ${location.rule}) as the log: here it has to be a file; log to one, and ship it with: timmy-latency export --to`,
  );
}

/** The log's path and the rule that chose it, for help and messages. */
export function describeLocation({ path, rule }: LogLocation): string {
  return `${escapeControls(path)} (by ${rule})`;
}
