import { isatty } from "node:tty";
import { errorCode, UsageError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { encodeEvent } from "../lib/event/encode.ts";
import type { Metadata } from "../lib/event/timing_event.ts";
import { appendLines } from "../lib/log/append.ts";
import { clock } from "./_clock.ts";
import { type Arguments, type Command, isOn, listOf, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locate } from "./_global_options.ts";
import { writeErrorLine } from "./_output.ts";

const notFound = 127;
const notExecutable = 126;
/** Signals that are passed on to the command. */
const passedOn = ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGINT"] as const;

/** `timmy-latency run`: logs when a command starts and when it is done. */
export const command: Command = {
  meta: { name: "run", description: "log NAME_start, run a command, log NAME_complete" },
  args: {
    id: { type: "positional", required: true, description: "the request's id" },
    service: { type: "positional", required: true, description: "who logs" },
    name: { type: "positional", required: true, description: "what the command does" },
    command: {
      type: "positional",
      required: true,
      repeatable: true,
      description: "the command and its arguments, after --",
    },
    strict: { type: "boolean", description: "exit 5 if an event cannot be written" },
  },
  details: [
    "Input, output and signals pass through. Exits with the command's status, 127 if it is not " +
      "found, 126 if it cannot be executed, 128+n if signal n ended it. NAME_complete carries the " +
      "status and the duration, and is logged in every case.",
  ],
  examples: ["timmy-latency run $id tts voice -- piper --model en.onnx -f out.wav"],
  formats: ["text"],
  async run({ args }) {
    const words = listOf(args, "command");
    for (const name of ["id", "service", "name"]) {
      if (textOf(args, name) === "") {
        throw new UsageError(`Cannot log an empty ${name.toUpperCase()}: write ID SERVICE NAME`);
      }
    }
    const isStartLogged = logMark(args, "start", {});
    const started = performance.now();
    const status = await runToEnd(words);
    const duration_ms = Math.round((performance.now() - started) * 1000) / 1000;
    const isEndLogged = logMark(args, "complete", { ...status.metadata, duration_ms });
    const isLost = !isStartLogged || !isEndLogged;
    return (isLost && isOn(args, "strict") ? exitCodes.access : status.code) as ExitCode;
  },
};

interface Status {
  readonly code: number;
  readonly metadata: Metadata;
}

async function runToEnd(words: readonly string[]): Promise<Status> {
  let child: Bun.Subprocess;
  try {
    child = Bun.spawn([...words], { stdio: ["inherit", "inherit", "inherit"] });
  } catch (error) {
    const isMissing = errorCode(error) === "ENOENT";
    const code = isMissing ? notFound : notExecutable;
    const why = isMissing ? "no such command" : "it cannot be executed";
    writeErrorLine(`timmy-latency: Cannot run ${escapeControls(words[0] ?? "")}: ${why}`);
    return { code, metadata: { exit_status: code } };
  }
  for (const signal of passedOn) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group: the command has it already.
      if (signal !== "SIGINT" || !isatty(0)) child.kill(signal);
    });
  }
  const code = await child.exited;
  const { signalCode } = child;
  return {
    code,
    metadata:
      signalCode === null ? { exit_status: code } : { exit_status: code, signal: signalCode },
  };
}

/** Logs one of the two events; a failure is said, and false. */
function logMark(args: Arguments, mark: "start" | "complete", metadata: Metadata): boolean {
  try {
    const line = encodeEvent({
      timestampSeconds: clock.nowSeconds(),
      requestId: textOf(args, "id") ?? "",
      service: textOf(args, "service") ?? "",
      name: `${textOf(args, "name")}_${mark}`,
      metadata,
    });
    appendLines(locate(args).path, line);
    return true;
  } catch (error) {
    writeErrorLine(`timmy-latency: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
