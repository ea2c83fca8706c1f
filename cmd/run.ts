import { UsageError } from "../lib/error.ts";
import { encodeEvent } from "../lib/event/encode.ts";
import type { Metadata } from "../lib/event/timing_event.ts";
import { appendLines } from "../lib/log/append.ts";
import { warnOfSharing } from "../lib/log/file_system.ts";
import { ChildCommand, statusMetadata } from "./_child.ts";
import { clock } from "./_clock.ts";
import { type Arguments, type Command, isOn, listOf, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { writeErrorLine } from "./_output.ts";
import { type EndingSignal, endBy, endings } from "./_signals.ts";

/** `timmy-latency run`: logs when a command starts and when it is done. */
export const command: Command = {
  meta: { name: "run", description: "log NAME_start, run a command, log NAME_complete" },
  args: {
    id: {
      type: "positional",
      required: true,
      completes: "request",
      description: "the request's id",
    },
    service: { type: "positional", required: true, completes: "service", description: "who logs" },
    name: { type: "positional", required: true, description: "what the command does" },
    command: {
      type: "positional",
      required: true,
      repeatable: true,
      behindDashes: true,
      completes: "command",
      description: "the command and its arguments",
    },
    strict: { type: "boolean", description: "exit 5 if an event cannot be written" },
  },
  details: [
    "Input, output and signals pass through. Exits with the command's status, 127 if it is not " +
      "found, 126 if it cannot be executed, 128+n if signal n ended it. NAME_complete carries the " +
      "status and the duration, and is logged in every case.",
    "Never breaks its caller: what cannot be written costs one sentence on stderr, unless --strict. " +
      "Descriptors beyond stderr are not passed on.",
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
    // First, or else a signal could end the run between the two events.
    const child = new ChildCommand();
    const startFailure = logMark(args, "start", {});
    sayFailure(startFailure);
    const startedMs = performance.now();
    const status = await child.run(words);
    const duration_ms = Math.round((performance.now() - startedMs) * 1000) / 1000;
    const endFailure = logMark(args, "complete", { ...statusMetadata(status), duration_ms });
    if (endFailure !== startFailure) sayFailure(endFailure);
    const isLost = startFailure !== null || endFailure !== null;
    if (isLost && isOn(args, "strict")) return exitCodes.access;
    return isEnding(status.signal) ? endBy(status.signal) : (status.code as ExitCode);
  },
};

/** Logs one of the two events; returns why that failed, or null. */
function logMark(args: Arguments, mark: "start" | "complete", metadata: Metadata): string | null {
  try {
    const line = encodeEvent({
      timestampSeconds: clock.nowSeconds(),
      requestId: textOf(args, "id") ?? "",
      service: textOf(args, "service") ?? "",
      name: `${textOf(args, "name")}_${mark}`,
      metadata,
    });
    const { path } = locateFile(args);
    const warning = appendLines(path, line) && !isOn(args, "quiet") ? warnOfSharing(path) : null;
    if (warning !== null) writeErrorLine(`timmy-latency: ${warning}`);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function sayFailure(failure: string | null): void {
  if (failure !== null) writeErrorLine(`timmy-latency: ${failure}`);
}

function isEnding(signal: string | null): signal is EndingSignal {
  return signal !== null && Object.hasOwn(endings, signal);
}
