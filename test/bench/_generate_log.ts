/**
 * Made-up logs for benchmarks, the same for the same wishes: `bun test/bench/_generate_log.ts PATH
 * [BYTES] [CONCURRENCY] [ODD PERCENT]`. About 250 MB a second.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { formatIsoLocal } from "../../lib/units/instant.ts";
import { seededRandom } from "../support/events.ts";

/** What a log is to be like. */
export interface LogWishes {
  /** It ends with the first whole line at or behind so many bytes. */
  readonly bytes: number;
  /** Requests that go on at a time, about. */
  readonly concurrency: number;
  /** Lines of a hundred that are not of the canonical layout. */
  readonly oddPercent: number;
  /** What they are instead; usually they have an extra key. */
  readonly oddity?: Oddity;
}

/**
 * How a line is odd: by one key more, by a key that has to be unescaped, by the number that stands for its
 * event's name, or as it is torn, with its newline or without it, so that the next one is glued to it.
 */
export type Oddity = "extra key" | "escaped key" | "wrong field" | "torn" | "torn and glued";

/** What was written. */
export interface WrittenLog {
  readonly bytes: number;
  readonly lines: number;
  readonly requests: number;
}

/** An event of a turn: how long after the one before it, in milliseconds, and what it says. */
interface Stage {
  readonly service: string;
  readonly event: string;
  readonly afterMs: number;
  readonly metadata?: (random: () => number, turn: number) => string;
  /** Whether every second turn leaves it out. */
  readonly isRare?: boolean;
}

const turnsPerSession = 15;
const uuid = "c54f52e1-0aa4-4db8-afe2-";

const whole = (random: () => number, from: number, to: number) =>
  String(Math.floor(from + random() * (to - from)));
const decimal = (random: () => number, to: number) => (random() * to).toFixed(3);

const stages: readonly Stage[] = [
  {
    service: "stt",
    event: "stt_pause_detected",
    afterMs: 0,
    metadata: () => `"pause_threshold": 0.7`,
  },
  {
    service: "stt",
    event: "stt_transcript_finalized",
    afterMs: 180,
    metadata: (random) => `"text_length": ${whole(random, 8, 200)}`,
  },
  { service: "stt", event: "stt_sending_to_v34", afterMs: 2 },
  { service: "stt", event: "stt_http_request_start", afterMs: 1 },
  { service: "v34", event: "v34_flask_handler_entry", afterMs: 9 },
  {
    service: "v34",
    event: "v34_webhook_received",
    afterMs: 1,
    metadata: (_, turn) =>
      `"session_id": "${uuid}${String(Math.floor(turn / turnsPerSession)).padStart(12, "0")}"`,
  },
  { service: "v34", event: "v34_classification_start", afterMs: 1 },
  {
    service: "v34",
    event: "v34_classification_complete",
    afterMs: 85,
    metadata: (random) => `"category": "memory", "confidence": ${decimal(random, 1)}`,
  },
  { service: "v34", event: "v34_memory_storage_start", afterMs: 1 },
  { service: "v34", event: "v34_memory_storage_complete", afterMs: 40 },
  { service: "v34", event: "v34_retrieval_start", afterMs: 1 },
  { service: "v34", event: "v34_retrieval_embedding_start", afterMs: 1 },
  { service: "v34", event: "v34_retrieval_embedding_complete", afterMs: 60 },
  { service: "v34", event: "v34_retrieval_query_start", afterMs: 1 },
  { service: "v34", event: "v34_retrieval_query_complete", afterMs: 110 },
  {
    service: "v34",
    event: "v34_retrieval_complete",
    afterMs: 2,
    metadata: (random) => `"chunks": ${whole(random, 0, 12)}`,
  },
  {
    service: "v34",
    event: "v34_prompt_built",
    afterMs: 4,
    metadata: (random) => `"prompt_tokens_est": ${whole(random, 400, 6000)}, "tail_mode": true`,
  },
  {
    service: "v34",
    event: "v34_ollama_sent",
    afterMs: 2,
    metadata: () => `"model": "llama3.1:8b"`,
  },
  {
    service: "v34",
    event: "v34_ollama_received",
    afterMs: 1900,
    metadata: (random) =>
      `"load_duration_ms": ${decimal(random, 20)}, "prompt_eval_count": ${whole(random, 20, 3000)}, ` +
      `"prompt_eval_duration_ms": ${decimal(random, 200)}, "eval_count": ${whole(random, 10, 200)}, ` +
      `"eval_duration_ms": ${decimal(random, 400)}`,
  },
  { service: "v34", event: "v34_sending_to_tts", afterMs: 3 },
  { service: "tts", event: "tts_request_received", afterMs: 7 },
  { service: "tts", event: "tts_pause_sent", afterMs: 2, isRare: true },
  { service: "tts", event: "tts_synthesis_start", afterMs: 5 },
  { service: "tts", event: "tts_audio_playback_start", afterMs: 320 },
  { service: "stt", event: "stt_http_response_received", afterMs: 12 },
  { service: "tts", event: "tts_audio_playback_complete", afterMs: 4200 },
  { service: "tts", event: "tts_resume_sent", afterMs: 3, isRare: true },
];

const turnMs = stages.reduce((sum, { afterMs }) => sum + afterMs, 0);
const firstMs = 1_732_742_400_000;
const bufferBytes = 4 * 1024 * 1024;
/** Events stand up to so far from their place in time. */
const disorderMicros = 600;

/** Turns that go on, the one whose next event comes first in front: a binary heap. */
class TurnQueue {
  readonly #times: number[] = [];
  readonly #turns: Turn[] = [];

  get size(): number {
    return this.#turns.length;
  }

  get firstMicros(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  get first(): Turn | undefined {
    return this.#turns[0];
  }

  add(turn: Turn): void {
    let at = this.#turns.length;
    this.#turns.push(turn);
    this.#times.push(turn.atMicros);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#times[parent] ?? 0) <= turn.atMicros) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, turn);
  }

  /** Takes the first turn out, or, if its time has changed, to its new place. */
  replaceFirst(turn: Turn | null): void {
    const moved = turn ?? this.#turns.at(-1);
    if (turn === null) {
      this.#turns.pop();
      this.#times.pop();
    }
    const size = this.#turns.length;
    if (moved === undefined || size === 0) return;
    let at = 0;
    while (true) {
      let child = at * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && (this.#times[child + 1] ?? 0) < (this.#times[child] ?? 0)) child++;
      if ((this.#times[child] ?? 0) >= moved.atMicros) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, moved);
  }

  #move(from: number, to: number): void {
    const turn = this.#turns[from];
    if (turn !== undefined) this.#put(to, turn);
  }

  #put(at: number, turn: Turn): void {
    this.#turns[at] = turn;
    this.#times[at] = turn.atMicros;
  }
}

interface Turn {
  readonly number: number;
  readonly id: string;
  atMicros: number;
  stage: number;
}

const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"));

/** Writes a log to `path`. */
export function generateLog(
  path: string,
  { bytes, concurrency, oddPercent, oddity = "extra key" }: LogWishes,
): WrittenLog {
  const random = seededRandom(20_251_127);
  const turns = new TurnQueue();
  const file = openSync(path, "w");
  const buffer = Buffer.alloc(bufferBytes + 4096);
  const written = { bytes: 0, lines: 0, requests: 0 };
  const betweenMicros = (turnMs * 1000) / concurrency;
  let filled = 0;
  let nextTurnMicros = firstMs * 1000;
  let second = -1;
  let isoSecond = "";
  const begin = () => {
    const number = written.requests++;
    const id = (Math.imul(number + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
    turns.add({ number, id, atMicros: nextTurnMicros, stage: 0 });
    nextTurnMicros += Math.round(betweenMicros * (0.5 + random()));
  };
  begin();
  while (turns.size > 0) {
    const isEnough = written.bytes + filled >= bytes;
    while (!isEnough && nextTurnMicros <= turns.firstMicros) begin();
    const turn = turns.first;
    const stage = stages[turn?.stage ?? 0];
    if (turn === undefined || stage === undefined || isEnough) break;
    const micros = turn.atMicros - Math.floor(random() * disorderMicros);
    const wholeSecond = Math.floor(micros / 1e6);
    if (wholeSecond !== second) {
      second = wholeSecond;
      isoSecond = formatIsoLocal(wholeSecond * 1e6).slice(0, 19);
    }
    const rest = micros - wholeSecond * 1e6;
    const fraction = `${threeDigits[Math.floor(rest / 1000)]}${threeDigits[rest % 1000]}`;
    const metadata = stage.metadata?.(random, turn.number) ?? "";
    const isOdd = oddPercent > 0 && random() * 100 < oddPercent;
    const line =
      `{"timestamp": ${wholeSecond}.${fraction}, "iso_time": "${isoSecond}.${fraction}", ` +
      `"request_id": "${turn.id}", "service": "${stage.service}", "event": "${stage.event}", ` +
      `"metadata": {${metadata}}}\n`;
    filled += buffer.write(isOdd ? oddLine(line, oddity, random) : line, filled, "latin1");
    written.lines++;
    if (filled >= bufferBytes) {
      writeSync(file, buffer, 0, filled);
      written.bytes += filled;
      filled = 0;
    }
    do turn.stage++;
    while (stages[turn.stage]?.isRare === true && turn.number % 2 === 0);
    const next = stages[turn.stage];
    // Skewed, as waits are: mostly near the usual, sometimes a multiple of it.
    const factor = 0.6 + random() * 0.6 + random() ** 8 * 3;
    if (next !== undefined) turn.atMicros += Math.max(1, Math.round(next.afterMs * 1000 * factor));
    turns.replaceFirst(next === undefined ? null : turn);
  }
  writeSync(file, buffer, 0, filled);
  written.bytes += filled;
  closeSync(file);
  return written;
}

function oddLine(line: string, oddity: Oddity, random: () => number): string {
  if (oddity === "extra key") return line.replace("}}\n", '}, "host": "wsl"}\n');
  if (oddity === "escaped key") return line.replace('"event"', '"\\u0065vent"');
  if (oddity === "wrong field") return line.replace('"event": "', '"event": 5, "name": "');
  const torn = line.slice(0, 1 + Math.floor(random() * (line.length - 3)));
  return oddity === "torn" ? `${torn}\n` : torn;
}

if (import.meta.main) {
  const [path = "latency.log", ...numbers] = process.argv.slice(2);
  const [bytes = 100e6, concurrency = 3, oddPercent = 0] = numbers.map(Number);
  process.stdout.write(
    `${JSON.stringify(generateLog(path, { bytes, concurrency, oddPercent }))}\n`,
  );
}
