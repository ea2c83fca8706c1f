import { Events } from "../../lib/event/names.ts";
import type { TimingEvent } from "../../lib/event/timing_event.ts";
import type { RequestTrace } from "../../lib/request/request_trace.ts";
import { eventAt, seededRandom } from "./events.ts";

/** How far each service's clock is ahead of the true time at a turn, milliseconds. */
export type Clocks = (turn: number) => Readonly<Record<string, number>>;

/** What made-up turns are like beyond their clocks. */
export interface SkewedShape {
  readonly turns: number;
  readonly clocks: Clocks;
  readonly seed?: number;
  /** The service answers as soon as it is asked, and works then. */
  readonly answersEarly?: boolean;
}

/** Milliseconds between the starts of two turns. */
export const turnMs = 20_000;

/** Turns of which every event really happened after its cause, written down by clocks that are wrong. */
export function skewedTurns(shape: SkewedShape): RequestTrace[] {
  const random = seededRandom(shape.seed ?? 1);
  return Array.from({ length: shape.turns }, (_, turn) => skewedTurn(turn, shape, random));
}

/** How things really happened, in milliseconds after the turn's start. */
function skewedTurn(turn: number, shape: SkewedShape, random: () => number): RequestTrace {
  const between = (low: number, high: number) => low + random() * (high - low);
  const entry = between(5, 9);
  const answerEarly = entry + between(1, 3);
  const sent = entry + between(100, 900);
  const received = sent + between(400, 1500);
  const toTts = received + 1;
  const answer = shape.answersEarly ? answerEarly : toTts + between(4, 8);
  const atTts = toTts + between(1, 3);
  const audio = atTts + between(500, 800);
  const happened: [name: string, offsetMs: number][] = [
    [Events.STT_TRANSCRIPT_FINALIZED, -5],
    [Events.STT_HTTP_REQUEST_START, 0],
    [Events.V34_FLASK_HANDLER_ENTRY, entry],
    [Events.V34_OLLAMA_SENT, sent],
    [Events.V34_OLLAMA_RECEIVED, received],
    [Events.V34_SENDING_TO_TTS, toTts],
    [Events.STT_HTTP_RESPONSE_RECEIVED, answer],
    [Events.TTS_REQUEST_RECEIVED, atTts],
    [Events.TTS_AUDIO_PLAYBACK_START, audio],
    [Events.TTS_AUDIO_PLAYBACK_COMPLETE, audio + between(1000, 3000)],
  ];
  const clocks = shape.clocks(turn);
  const id = turn.toString(16).padStart(8, "0");
  const events = happened.map(([name, offsetMs]): TimingEvent => {
    const service = name.split("_")[0] ?? "";
    // A writer rounds to the microsecond.
    const shown = Math.round((turn * turnMs + offsetMs + (clocks[service] ?? 0)) * 1000) / 1000;
    return eventAt(shown, name, { id });
  });
  return { id, events: events.sort((a, b) => a.timestampSeconds - b.timestampSeconds) };
}
