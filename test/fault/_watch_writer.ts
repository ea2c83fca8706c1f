/**
 * Writes turns to a log, `RATE` events a second for `SECONDS`, several at a time, each line by opening,
 * one write and closing, as our writers do. Prints the ids it began.
 */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { encodeEvent } from "../../lib/event/encode.ts";

const [path = "", rate = "200", seconds = "8"] = process.argv.slice(2);

const steps = [
  ["stt", "stt_transcript_finalized"],
  ["stt", "stt_sending_to_v34"],
  ["v34", "v34_webhook_received"],
  ["v34", "v34_classification_complete"],
  ["v34", "v34_ollama_sent"],
  ["v34", "v34_ollama_received"],
  ["tts", "tts_audio_playback_start"],
  ["tts", "tts_audio_playback_complete"],
] as const;
/** So many at a time that a turn lasts over a second and a half, as real ones do. */
const concurrency = 40;

function append(line: string | Uint8Array): void {
  const { O_WRONLY, O_APPEND, O_CREAT } = constants;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT, 0o640);
  writeSync(descriptor, Buffer.from(line));
  closeSync(descriptor);
}

const started = performance.now();
const turns = Array.from({ length: concurrency }, () => ({ id: "", step: Number(steps.length) }));
let count = 0;
for (let written = 0; ; written++) {
  const turn = turns[written % concurrency];
  if (turn === undefined) break;
  if (turn.step === steps.length) {
    // Begins no turn that it cannot end.
    if (performance.now() - started > Number(seconds) * 1000) {
      if (turns.every(({ step }) => step === steps.length)) break;
      continue;
    }
    turn.id = `turn${String(count++).padStart(6, "0")}`;
    turn.step = 0;
    process.stdout.write(`${turn.id}\n`);
  }
  const [service, name] = steps[turn.step++] ?? ["", ""];
  const timestampSeconds = (performance.timeOrigin + performance.now()) / 1000;
  append(
    encodeEvent({ timestampSeconds, requestId: turn.id, service, name, metadata: { n: written } }),
  );
  const dueMs = ((written + 1) * 1000) / Number(rate);
  await Bun.sleep(Math.max(0, dueMs - (performance.now() - started)));
}
