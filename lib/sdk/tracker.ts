/**
 * The tracker for programs in TypeScript and JavaScript, under Bun and Node: what
 * `import { logTiming } from "timmy-latency"` finds. It runs in somebody else's process, so it has no
 * dependencies, never throws and keeps nothing open.
 */
import { userInfo } from "node:os";
import { encodeEvent } from "../event/encode.ts";
import { Events as eventNames } from "../event/names.ts";
import { newRequestId } from "../event/request_id.ts";
import { appendLines, type Patience } from "../log/append.ts";
import { locateLog } from "../log/log_path.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import { AnchoredClock } from "./anchored_clock.ts";
import { metadataError, toPlainMetadata } from "./plain_metadata.ts";

/** The names of events that the span catalogue knows; any other name may be logged too. */
export const Events = Object.freeze({ ...eventNames });

/** A caller waits for its log, but not for a rotation: the path opens again at once after one. */
const patience: Patience = { openTries: 3, pauseMs: 1 };

/** Longer lines are passed over by readers, unless told otherwise. */
const maxLineBytes = 1024 * 1024;

const clock = new AnchoredClock(
  () => Date.now(),
  () => performance.now(),
  performance.timeOrigin,
);

let hasWarned = false;

/** A new request id: 8 random hex digits. One id goes through all services of one turn. */
export function generateRequestId(): string {
  return newRequestId();
}

/**
 * Appends one event to the log, stamped with the time of the call: a few microseconds, one small
 * synchronous write. It can wait on a slow disk, never on a lock or on a pipe that nobody reads.
 *
 * The log is `$TIMMY_LATENCY_LOG`, else `timmy-latency/latency.log` in the user's state folder. Never
 * throws: the first event of a process that cannot be written raises a process warning, further ones
 * are lost in silence.
 */
export function logTiming(
  requestId: string,
  service: string,
  event: string,
  metadata?: Readonly<Record<string, unknown>>,
): void {
  try {
    const timestampSeconds = clock.nowSeconds();
    if (!requestId || !event)
      throw new Error("Cannot log an event without a request id and a name");
    const names = {
      requestId: String(requestId),
      service: String(service || "unknown"),
      name: String(event),
    };
    const plain = toPlainMetadata(metadata);
    let line = encodeEvent({ timestampSeconds, ...names, metadata: plain });
    if (Buffer.byteLength(line) > maxLineBytes) {
      const lost = metadataError("The line would be longer than 1 MiB");
      line = encodeEvent({ timestampSeconds, ...names, metadata: lost });
    }
    appendLines(locateLog(undefined, process.env, homeFolder).path, line, patience);
  } catch (error) {
    warnOnce(error);
  }
}

/**
 * Runs `work` between the events `NAME_start` and `NAME_complete` and returns what it returns. A
 * promise is awaited before `NAME_complete`. If `work` fails, the event is logged all the same, with
 * the class of the failure as its metadata `error`, and the failure is passed on.
 */
export function span<Result>(
  requestId: string,
  service: string,
  name: string,
  work: () => Result,
): Result {
  const complete = (metadata?: Readonly<Record<string, unknown>>) =>
    logTiming(requestId, service, `${name}_complete`, metadata);
  const fail = (error: unknown): never => {
    complete({ error: error instanceof Error ? error.name : typeof error });
    throw error;
  };
  const succeed = <Value>(value: Value): Value => {
    complete();
    return value;
  };
  logTiming(requestId, service, `${name}_start`);
  let result: Result;
  try {
    result = work();
  } catch (error) {
    return fail(error);
  }
  if (!isThenable(result)) return succeed(result);
  return Promise.resolve(result).then(succeed, fail) as Result;
}

/** Seconds for a person: `1.23s`, below one second `123ms`, below one millisecond `383µs`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  // What would round to 1000ms is a second.
  if (Math.abs(seconds) >= 0.9995) return formatSeconds(seconds);
  return formatMilliseconds(seconds * 1000);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

function homeFolder(): string {
  return userInfo().homedir;
}

/** Says that events are being lost, once: a caller that logs a thousand events reads it once. */
function warnOnce(error: unknown): void {
  if (hasWarned) return;
  hasWarned = true;
  try {
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`${reason}; further lost events are not announced`, "TimmyLatencyWarning");
  } catch {}
}
