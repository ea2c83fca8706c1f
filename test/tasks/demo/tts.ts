/** Stands in for text-to-speech: pauses the microphone, makes the sound and plays it. */
import { logTiming } from "../../../lib/sdk/tracker.ts";
import { linesOf } from "./lines.ts";

for await (const id of linesOf(Bun.stdin.stream())) {
  const log = (event: string) => logTiming(id, "tts", event, { pid: process.pid });
  log("tts_request_received");
  log("tts_pause_sent");
  await Bun.sleep(60);
  log("tts_synthesis_start");
  await Bun.sleep(140);
  log("tts_audio_playback_start");
  await Bun.sleep(400);
  log("tts_audio_playback_complete");
  log("tts_resume_sent");
}
