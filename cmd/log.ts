import { UsageError } from "../lib/error.ts";
import { encodeEvent } from "../lib/event/encode.ts";
import { buildMetadata } from "../lib/event/metadata.ts";
import type { TimingEvent } from "../lib/event/timing_event.ts";
import { appendLines } from "../lib/log/append.ts";
import { requireInstant } from "../lib/units/instant.ts";
import { type Arguments, type Command, isOn, listOf, textOf } from "./_command.ts";
import { exitCodes } from "./_exit_codes.ts";
import { locate } from "./_global_options.ts";
import { writeErrorLine } from "./_output.ts";

/** Longer lines are passed over by readers, unless told otherwise. */
const maxLineBytes = 1024 * 1024;

/** `timmy-latency log`: appends one event. Loads nothing that it does not need: callers wait for it. */
export const command: Command = {
  meta: { name: "log", description: "append one event" },
  args: {
    id: { type: "positional", required: true, description: "the request's id" },
    service: { type: "positional", required: true, description: "who logs: stt, v34, tts" },
    event: { type: "positional", required: true, description: "what happened" },
    meta: {
      type: "string",
      valueHint: "K=V",
      repeatable: true,
      description: "a member of the metadata; true, false, null and numbers are typed",
    },
    metadata: { type: "string", valueHint: "JSON", description: "metadata as a JSON object" },
    at: { type: "string", valueHint: "T", description: "when it happened, if not just now" },
    strict: { type: "boolean", description: "exit 5 if the event cannot be written" },
  },
  details: [
    "The timestamp is the moment at which this process started. T may be epoch seconds " +
      "($EPOCHREALTIME), ISO 8601, or an age such as -250ms.",
    "Never breaks its caller: what cannot be written costs one sentence on stderr and exit 0, " +
      "unless --strict. Wrong usage is always exit 2.",
    "One write, no lock. Cannot start in a folder that was deleted, nor without /proc.",
  ],
  examples: [
    "timmy-latency log abc123de stt stt_sending_to_v34",
    "timmy-latency log $id v34 v34_prompt_built --meta prompt_tokens_est=603",
    "timmy-latency log $id tts tts_pause_sent --at $EPOCHREALTIME",
  ],
  formats: ["text"],
  run({ args }) {
    const event = eventOf(args, performance.timeOrigin / 1000);
    const line = encodeEvent(event);
    if (Buffer.byteLength(line) > maxLineBytes) {
      throw new UsageError("Cannot log a line of over 1 MiB: readers would pass over it");
    }
    try {
      appendLines(locate(args).path, line);
      return exitCodes.fine;
    } catch (error) {
      writeErrorLine(`timmy-latency: ${error instanceof Error ? error.message : error}`);
      return isOn(args, "strict") ? exitCodes.access : exitCodes.fine;
    }
  },
};

function eventOf(args: Arguments, nowSeconds: number): TimingEvent {
  const at = textOf(args, "at");
  return {
    timestampSeconds: at === undefined ? nowSeconds : requireInstant(at, "--at", nowSeconds),
    requestId: requireName(args, "id"),
    service: requireName(args, "service"),
    name: requireName(args, "event"),
    metadata: buildMetadata(textOf(args, "metadata"), listOf(args, "meta")),
  };
}

function requireName(args: Arguments, name: string): string {
  const text = textOf(args, name) ?? "";
  if (text === "") throw new UsageError(`Cannot log an empty ${name.toUpperCase()}`);
  return text;
}
