import { finiteNumber } from "../event/metadata_value.ts";
import { Events } from "../event/names.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { KnownPlaces, type NamedEvent } from "./known_places.ts";

/** The numbers of one request that hints look at beside its spans and gaps; NaN where it does not tell. */
export interface HintFacts {
  /** When the model answered first, Unix seconds. */
  calledSeconds: number;
  /** What its server says of that answer, milliseconds. */
  loadMs: number;
  prefillMs: number;
  /** Size of the first prompt that was built, an estimate. */
  promptTokens: number;
  /** The silence that ended the turn, as it is set and as it was; seconds. */
  configuredSeconds: number;
  observedSeconds: number;
}

/** Places of the events of a request that tell its facts; -1 where there is none. */
export interface FactPlaces {
  /** The first prompt that was built, the model's first answer, the first pause. */
  readonly prompt: number;
  readonly answer: number;
  readonly pause: number;
  /** The last end of speech before that pause. */
  readonly speechEnd: number;
}

/** The numbers that a pause brings along, in this order. */
export const pauseKeys: readonly string[] = [endpointing.thresholdKey, endpointing.observedKey];

/** The numbers that a built prompt brings along. */
export const promptKeys: readonly string[] = ["prompt_tokens_est"];

/** The numbers that the model's answer brings along. */
export const llmKeys: readonly string[] = llmChildren.map((child) => child.durationKey);

const loadAt = llmKeys.indexOf("load_duration_ms");
const prefillAt = llmKeys.indexOf("prompt_eval_duration_ms");

/** Finds the places by the names of a request's events, which are ordered by time. */
export function placeFacts(
  events: readonly NamedEvent[],
  places = new KnownPlaces(events),
): FactPlaces {
  const first = (name: string) => places.of(name)[0] ?? -1;
  const pause = first(endpointing.end);
  return {
    prompt: first(Events.V34_PROMPT_BUILT),
    answer: first(Events.V34_OLLAMA_RECEIVED),
    pause,
    speechEnd: events.findLastIndex(
      ({ name }, index) => index < pause && endpointing.speechEnds.some((end) => end === name),
    ),
  };
}

/**
 * Reads the facts off a request's events. The observed silence is what the pause's `endpoint_ms` says,
 * else the time since speech ended.
 */
export function hintFactsOf(events: readonly TimingEvent[]): HintFacts {
  return readFacts(
    placeFacts(events),
    (place) => events[place]?.timestampSeconds ?? Number.NaN,
    (place, key) => finiteNumber(events[place]?.metadata ?? {}, key) ?? Number.NaN,
  );
}

/** The same, given the instant of a place and what its metadata tells under a key; NaN for nothing. */
export function readFacts(
  { prompt, answer, pause, speechEnd }: FactPlaces,
  at: (place: number) => number,
  told: (place: number, key: string) => number,
): HintFacts {
  return {
    calledSeconds: at(answer),
    loadMs: told(answer, llmKeys[loadAt] ?? ""),
    prefillMs: told(answer, llmKeys[prefillAt] ?? ""),
    promptTokens: told(prompt, promptKeys[0] ?? ""),
    configuredSeconds: told(pause, pauseKeys[0] ?? ""),
    observedSeconds: observed(told(pause, pauseKeys[1] ?? ""), at(pause), at(speechEnd)),
  };
}

function observed(toldMs: number, pauseSeconds: number, speechEndSeconds: number): number {
  return Number.isNaN(toldMs) ? pauseSeconds - speechEndSeconds : toldMs / 1000;
}
