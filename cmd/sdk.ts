import { resolve } from "node:path";
import { warnOfSharing } from "../lib/log/file_system.ts";
import { renderWriter, type WriterLanguage, writerLanguages } from "../lib/sdk/writers.ts";
import packageJson from "../package.json" with { type: "json" };
import { type Command, textOf } from "./_command.ts";
import { executablePath } from "./_executable.ts";
import { exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { messagesFor, writeOut } from "./_output.ts";
import { requireOneOf } from "./_values.ts";

/** `timmy-latency sdk`: prints a drop-in writer with this log's path inside. */
export const command: Command = {
  meta: { name: "sdk", description: "print a drop-in writer for bash, zsh or Python" },
  args: {
    language: {
      type: "positional",
      required: true,
      values: writerLanguages,
      description: `the language: ${writerLanguages.join(", ")}`,
    },
  },
  details: [
    "The writer holds the path of the log below; $TIMMY_LATENCY_LOG wins when it runs. It needs " +
      "nothing but its language, appends an event in microseconds, in one write without a lock, " +
      "and never breaks its caller. Print it again after an upgrade.",
    "bash 5 and zsh 5: timmy_log ID SERVICE EVENT [KEY=VALUE]…, and timmy_id [NAME], which puts a " +
      "new request id into the variable NAME. No process is started but for the first line of a " +
      "log, a line too long for one write and an unusual number, which go to this executable.",
    "Python 3.8: log_timing, generate_request_id, format_duration, Events and span, as a module " +
      "named latency_tracker. TypeScript and JavaScript import the package timmy-latency.",
  ],
  examples: [
    "timmy-latency sdk bash > timmy_latency.bash && source ./timmy_latency.bash",
    "timmy-latency sdk zsh > timmy_latency.zsh && source ./timmy_latency.zsh",
    "timmy-latency sdk python > latency_tracker.py",
  ],
  formats: ["text"],
  async run({ args }) {
    const language = requireOneOf(textOf(args, "language") ?? "", "LANGUAGE", writerLanguages);
    const logPath = resolve(locateFile(args).path);
    const warning = warnOfSharing(logPath);
    if (warning !== null) await messagesFor(args).note(warning);
    writeOut(
      renderWriter(language as WriterLanguage, {
        logPath,
        binaryPath: executablePath(),
        version: packageJson.version,
      }),
    );
    return exitCodes.fine;
  },
};
