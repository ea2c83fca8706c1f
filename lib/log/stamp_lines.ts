import { encodeEvent } from "../event/encode.ts";
import type { JsonValue, Metadata, TimingEvent } from "../event/timing_event.ts";

/** One write holds at most so much, unless a single line is longer. */
const maxBatchCharacters = 32 * 1024;
/** Longer input lines are skipped: no reader would take the event. */
const maxLineCharacters = 1024 * 1024;

/** What becomes of the lines that are read. */
export interface StampSink {
  /** Takes whole lines of the log, to be appended in one write. */
  append(lines: string): void;
  /** Takes a line that is no event: its number, counted from 1, and why. */
  reject(lineNumber: number, reason: string): void;
}

/**
 * Turns input lines into lines of the log. A line is `ID SERVICE EVENT [JSON]`, or a JSON object with
 * `request_id`, `service`, `event` and, if it likes, `metadata` and a `timestamp` of its own; all others
 * get the moment at which they arrived.
 *
 * Whatever of a chunk makes whole lines is handed out before `push` returns, in batches of at most
 * 32 KiB, so that nothing waits when the input pauses. Memory: a chunk, and one unfinished line of at
 * most 1 MiB.
 */
export class LineStamper {
  readonly #sink: StampSink;
  #rest = "";
  #lineNumber = 0;
  /** Inside a line that is over the limit and is being passed over. */
  #isSkipping = false;
  #batch = "";

  constructor(sink: StampSink) {
    this.#sink = sink;
  }

  /** Takes the next piece of input, which arrived at `nowSeconds` (Unix seconds). */
  push(text: string, nowSeconds: number): void {
    const stamp = new Stamp(nowSeconds);
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#take(this.#rest + text.slice(from, at), stamp);
      this.#rest = "";
      from = at + 1;
    }
    if (this.#rest.length + text.length - from > maxLineCharacters) {
      this.#isSkipping = true;
      this.#rest = "";
    } else if (!this.#isSkipping) {
      this.#rest += text.slice(from);
    }
    this.#flush();
  }

  /** Takes the end of the input: an unended last line counts. */
  end(nowSeconds: number): void {
    if (this.#rest !== "" || this.#isSkipping) this.#take(this.#rest, new Stamp(nowSeconds));
    this.#rest = "";
    this.#flush();
  }

  #take(line: string, stamp: Stamp): void {
    this.#lineNumber++;
    if (this.#isSkipping || line.length > maxLineCharacters) {
      this.#isSkipping = false;
      this.#sink.reject(this.#lineNumber, "longer than 1 MiB");
      return;
    }
    const written = stampLine(line, stamp);
    if (typeof written === "object") this.#sink.reject(this.#lineNumber, written.reason);
    else this.#queue(written);
  }

  #queue(line: string): void {
    if (this.#batch.length + line.length > maxBatchCharacters) this.#flush();
    this.#batch += line;
  }

  #flush(): void {
    if (this.#batch !== "") this.#sink.append(this.#batch);
    this.#batch = "";
  }
}

/** A moment, and the beginning of every line that is stamped with it, made once. */
class Stamp {
  readonly seconds: number;
  readonly head: string;

  constructor(seconds: number) {
    this.seconds = seconds;
    const sample = encodeEvent({ ...blank, timestampSeconds: seconds });
    this.head = sample.slice(0, sample.indexOf('", "service"'));
  }
}

const blank: TimingEvent = {
  timestampSeconds: 0,
  requestId: "",
  service: "",
  name: "",
  metadata: {},
};

/** `ID SERVICE EVENT` of characters that JSON writes as they are. */
const plainWords = /^([^\s"\\{]+)[ \t]+([^\s"\\{]+)[ \t]+([^\s"\\{]+)[ \t\r]*$/;
const wordsAndJson = /^(\S+)[ \t]+(\S+)[ \t]+(\S+)(?:[ \t]+(\{.*\}))?[ \t\r]*$/s;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes these
const needsEscape = /[\u0000-\u0008\u000e-\u001f]|\p{Surrogate}/u;

/** The log's line for an input line, "" for a blank one, or why there is none. */
function stampLine(line: string, stamp: Stamp): string | { readonly reason: string } {
  const plain = plainWords.exec(line);
  if (plain !== null && !needsEscape.test(line)) {
    // The common case, without taking the event apart and together again.
    const [, id, service, event] = plain;
    return `${stamp.head}${id}", "service": "${service}", "event": "${event}", "metadata": {}}\n`;
  }
  if (line.trim() === "") return "";
  if (line.trimStart().startsWith("{")) return stampObject(line, stamp.seconds);
  const match = wordsAndJson.exec(line);
  if (match === null) return { reason: "write ID SERVICE EVENT [JSON]" };
  const [, requestId = "", service = "", name = "", json] = match;
  const metadata = json === undefined ? {} : parseObject(json);
  if (metadata === null) return { reason: "what follows the event is no JSON object" };
  return encodeEvent({ timestampSeconds: stamp.seconds, requestId, service, name, metadata });
}

function stampObject(line: string, nowSeconds: number): string | { readonly reason: string } {
  const value = parseObject(line);
  if (value === null) return { reason: "not a JSON object" };
  const { timestamp = nowSeconds, request_id, service, event, metadata = {} } = value;
  for (const [field, text] of Object.entries({ request_id, service, event })) {
    if (typeof text !== "string" || text === "") return { reason: `${field} is no text` };
  }
  if (typeof timestamp !== "number" || !Number.isFinite(timestamp)) {
    return { reason: "timestamp is no finite number" };
  }
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    return { reason: "metadata is no object" };
  }
  return encodeEvent({
    timestampSeconds: timestamp,
    requestId: request_id as string,
    service: service as string,
    name: event as string,
    metadata,
  });
}

function parseObject(json: string): Metadata | null {
  try {
    const value = JSON.parse(json) as JsonValue;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
