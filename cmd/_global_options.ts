import { escapeControls } from "../lib/escape.ts";
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

/** The log's path and the rule that chose it, for help and messages. */
export function describeLocation({ path, rule }: LogLocation): string {
  return `${escapeControls(path)} (by ${rule})`;
}
