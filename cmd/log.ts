import { UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import { encodeEvent } from "../lib/event/encode.ts";
import { buildMetadata } from "../lib/event/metadata.ts";
import type { TimingEvent } from "../lib/event/timing_event.ts";
import { appendLines } from "../lib/log/append.ts";
import { isWritable, requireInstant } from "../lib/units/instant.ts";
import { type Arguments, type Command, isOn, listOf, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { formatIsoLocalFast } from "./_local_time.ts";
import { writeErrorLine } from "./_output.ts";

/** Longer lines are passed over by readers, unless told otherwise. */
const maxLineBytes = 1024 * 1024;

const word = { type: "positional", required: true, unless: "stdin" } as const;

/** `timmy-latency log`: appends one event. Loads nothing that it does not need: callers wait for it. */
export const command: Command = {
  meta: { name: "log", description: "append one event" },
  args: {
    id: { ...word, completes: "request", description: "the request's id" },
    service: { ...word, completes: "service", description: "who logs: stt, v34, tts" },
    event: { ...word, completes: "event", description: "what happened" },
    meta: {
      type: "string",
      valueHint: "K=V",
      repeatable: true,
      description: "a member of the metadata; true, false, null and numbers are typed",
    },
    metadata: { type: "string", valueHint: "JSON", description: "metadata as a JSON object" },
    at: { type: "string", valueHint: "T", description: "when it happened, if not just now" },
    stdin: { type: "boolean", description: "append each line that arrives on standard input" },
    strict: { type: "boolean", description: "exit 5 if the event cannot be written" },
  },
  details: [
    "The timestamp is the moment at which this process started. T may be epoch seconds " +
      "($EPOCHREALTIME), ISO 8601, or an age such as -250ms.",
    "Never breaks its caller: what cannot be written costs one sentence on stderr and exit 0, " +
      "unless --strict. Wrong usage is always exit 2.",
    "With --stdin each line is ID SERVICE EVENT [JSON], or a JSON object with request_id, service and " +
      "event. It is stamped as it arrives, unless it has a timestamp, and written at once; a bad line " +
      "is reported by its number and skipped. Memory: one line.",
    "One write, no lock. Cannot start in a folder that was deleted, nor without /proc.",
  ],
  examples: [
    "timmy-latency log abc123de stt stt_sending_to_v34",
    "timmy-latency log $id v34 v34_prompt_built --meta prompt_tokens_est=603",
    "timmy-latency log $id tts tts_pause_sent --at $EPOCHREALTIME",
    "some-service | timmy-latency log --stdin",
  ],
  formats: ["text"],
  run({ args }) {
    if (isOn(args, "stdin")) return logInput(args);
    const event = eventOf(args, performance.timeOrigin / 1000);
    const line = encodeEvent(event, formatIsoLocalFast);
    if (Buffer.byteLength(line) > maxLineBytes) {
      throw new UsageError("Cannot log a line of over 1 MiB: readers would pass over it");
    }
    try {
      const { path } = locateFile(args);
      const isNew = appendLines(path, line);
      return isNew && !isOn(args, "quiet") ? sayOfNewLog(path) : exitCodes.fine;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      writeErrorLine(`timmy-latency: ${error instanceof Error ? error.message : error}`);
      return isOn(args, "strict") ? exitCodes.access : exitCodes.fine;
    }
  },
};

/** Looks at the place of a log that has just been made: once, as the next event finds it there. */
async function sayOfNewLog(path: string): Promise<ExitCode> {
  const { warnOfSharing } = await import("../lib/log/file_system.ts");
  const warning = warnOfSharing(path);
  if (warning !== null) writeErrorLine(`timmy-latency: ${warning}`);
  return exitCodes.fine;
}

/** The sidecar: loaded only when it is wanted. */
async function logInput(args: Arguments): Promise<ExitCode> {
  const surplus = ["meta", "metadata", "at"].find((name) => args[name] !== undefined);
  if (surplus !== undefined) {
    throw new UsageError(`Cannot use --${surplus} with --stdin: each line brings its own`);
  }
  const { logFromInput } = await import("./_log_stdin.ts");
  return logFromInput(locateFile(args).path, isOn(args, "strict"), isOn(args, "quiet"));
}

function eventOf(args: Arguments, nowSeconds: number): TimingEvent {
  const at = textOf(args, "at");
  return {
    timestampSeconds: at === undefined ? nowSeconds : requireMoment(at, nowSeconds),
    requestId: requireName(args, "id"),
    service: requireName(args, "service"),
    name: requireName(args, "event"),
    metadata: buildMetadata(textOf(args, "metadata"), listOf(args, "meta")),
  };
}

/** An instant that has a date of four digits: beyond, neither timestamp nor `iso_time` hold it. */
function requireMoment(at: string, nowSeconds: number): number {
  const seconds = requireInstant(at, "--at", nowSeconds);
  if (isWritable(seconds)) return seconds;
  throw new UsageError(
    `Cannot use ${quote(at)} for --at: it lies before 1970 or after 9999; an age has a unit, as in -250ms`,
  );
}

function requireName(args: Arguments, name: string): string {
  const text = textOf(args, name) ?? "";
  if (text === "") {
    throw new UsageError(`Cannot log an empty ${name.toUpperCase()}: write ID SERVICE EVENT`);
  }
  return text;
}
