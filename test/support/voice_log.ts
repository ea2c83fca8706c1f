import { writeFileSync } from "node:fs";
import { encodeEvent } from "../../lib/event/encode.ts";

/** Writes a log of so many requests with six events each, a quarter of an hour apart. */
export function writeLog(path: string, requests: number): void {
  const names = ["stt_transcript_finalized", "v34_webhook_received", "v34_ollama_sent"];
  const more = ["v34_ollama_received", "tts_audio_playback_start", "tts_audio_playback_complete"];
  const lines = Array.from({ length: requests }, (_, request) =>
    [...names, ...more].map((name, index) =>
      encodeEvent({
        timestampSeconds: 1764253805 + request * 900 + index,
        requestId: `id${request}`,
        service: name.slice(0, 3),
        name,
        metadata: {},
      }),
    ),
  );
  writeFileSync(path, lines.flat().join(""));
}
