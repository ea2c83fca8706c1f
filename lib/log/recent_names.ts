import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { escapeControls } from "../escape.ts";
import { decodeLine } from "../event/decode.ts";
import type { TimingEvent } from "../event/timing_event.ts";

/** What events name: requests, sessions, services, events. */
export type NameKind = "request" | "session" | "service" | "event";

/** A name that was met, and when it was last used, Unix seconds. */
export interface RecentName {
  readonly name: string;
  readonly lastSeconds: number;
}

/** So much of the end of a log is looked at: some 600 events. */
const tailBytes = 128 * 1024;
const maxNames = 50;
const maxNameLength = 200;
const newline = 10;

/**
 * The names of a kind in the last 128 KiB of a log, those last used first, at most 50. It is for
 * completions: a log that is absent, packed or no file has none, and so has a name that cannot be
 * typed, for its control characters or its length.
 */
export function recentNames(path: string, kind: NameKind): RecentName[] {
  const lastSeconds = new Map<string, number>();
  for (const event of tailEvents(path)) {
    const name = nameOf(event, kind);
    if (name === null || name.length > maxNameLength || escapeControls(name) !== name) continue;
    lastSeconds.set(name, Math.max(lastSeconds.get(name) ?? 0, event.timestampSeconds));
  }
  return [...lastSeconds]
    .map(([name, seconds]) => ({ name, lastSeconds: seconds }))
    .sort((a, b) => b.lastSeconds - a.lastSeconds)
    .slice(0, maxNames);
}

function nameOf(event: TimingEvent, kind: NameKind): string | null {
  if (kind === "request") return event.requestId;
  if (kind === "service") return event.service;
  if (kind === "event") return event.name;
  const session = Object.hasOwn(event.metadata, "session_id") ? event.metadata["session_id"] : null;
  return typeof session === "string" && session !== "" ? session : null;
}

function* tailEvents(path: string): Generator<TimingEvent> {
  const bytes = readTail(path);
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    yield* decodeLine(bytes, start, end, found < 0)?.events ?? [];
    start = end + 1;
  }
}

/** The end of a file, from the beginning of a line on; nothing of what is no file. */
function readTail(path: string): Uint8Array {
  try {
    // Without O_NONBLOCK a pipe of that name would wait for its writer.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) return new Uint8Array();
      const from = Math.max(0, stat.size - tailBytes);
      const buffer = new Uint8Array(Math.min(stat.size, tailBytes));
      const bytes = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from));
      return from === 0 ? bytes : bytes.subarray(bytes.indexOf(newline) + 1);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return new Uint8Array();
  }
}
