import { Events } from "./names.ts";

/**
 * What a span is: time somebody worked, a hop between two processes, a wait that is a setting, sound
 * being played, or an envelope around other spans.
 */
export type SpanKind = "work" | "hop" | "setting" | "playback" | "envelope";

/** A span of the catalogue, paired from the events of one request. */
export interface SpanDefinition {
  readonly name: string;
  readonly kind: SpanKind;
  /** Event names that may start it; the first that occurs in a request is the one. */
  readonly starts: readonly string[];
  /** Event names that may end it, chosen in the same way. */
  readonly ends: readonly string[];
  /**
   * A last resort for `starts`: counts only where the end is the next event of the same service, as
   * otherwise other work lies between.
   */
  readonly adjacentStart?: string;
}

/** Every span whose events have fixed names, in the order of a turn. */
export const spanCatalogue: readonly SpanDefinition[] = [
  {
    name: "finalization",
    kind: "work",
    starts: [Events.STT_PAUSE_DETECTED],
    ends: [Events.STT_TRANSCRIPT_FINALIZED],
  },
  {
    name: "hand-off stt→v34",
    kind: "hop",
    starts: [
      Events.STT_HTTP_REQUEST_START,
      Events.STT_SENDING_TO_V34,
      Events.STT_TRANSCRIPT_FINALIZED,
    ],
    ends: [Events.V34_FLASK_HANDLER_ENTRY, Events.V34_WEBHOOK_RECEIVED],
  },
  {
    name: "classification",
    kind: "work",
    starts: [Events.V34_CLASSIFICATION_START, Events.V34_WEBHOOK_RECEIVED],
    ends: [Events.V34_CLASSIFICATION_COMPLETE],
  },
  {
    name: "memory storage",
    kind: "work",
    starts: [Events.V34_MEMORY_STORAGE_START],
    ends: [Events.V34_MEMORY_STORAGE_COMPLETE],
  },
  {
    name: "retrieval",
    kind: "work",
    starts: [Events.V34_RETRIEVAL_START],
    adjacentStart: Events.V34_CLASSIFICATION_COMPLETE,
    ends: [Events.V34_RETRIEVAL_COMPLETE],
  },
  {
    name: "embedding",
    kind: "work",
    starts: [Events.V34_RETRIEVAL_EMBEDDING_START],
    ends: [Events.V34_RETRIEVAL_EMBEDDING_COMPLETE],
  },
  {
    name: "query",
    kind: "work",
    starts: [Events.V34_RETRIEVAL_QUERY_START],
    ends: [Events.V34_RETRIEVAL_QUERY_COMPLETE],
  },
  {
    name: "prompt",
    kind: "work",
    starts: [Events.V34_RETRIEVAL_COMPLETE],
    ends: [Events.V34_PROMPT_BUILT],
  },
  {
    name: "llm",
    kind: "work",
    starts: [Events.V34_OLLAMA_SENT],
    ends: [Events.V34_OLLAMA_RECEIVED],
  },
  {
    name: "hand-off v34→tts",
    kind: "hop",
    starts: [Events.V34_SENDING_TO_TTS],
    ends: [Events.TTS_REQUEST_RECEIVED],
  },
  {
    name: "mic pause",
    kind: "work",
    starts: [Events.TTS_PAUSE_SENT],
    ends: [Events.TTS_SYNTHESIS_START],
  },
  {
    name: "synthesis",
    kind: "work",
    starts: [Events.TTS_SYNTHESIS_START],
    ends: [Events.TTS_AUDIO_PLAYBACK_START],
  },
  {
    name: "playback",
    kind: "playback",
    starts: [Events.TTS_AUDIO_PLAYBACK_START],
    ends: [Events.TTS_AUDIO_PLAYBACK_COMPLETE],
  },
  {
    name: "http call",
    kind: "envelope",
    starts: [Events.STT_HTTP_REQUEST_START],
    ends: [Events.STT_HTTP_RESPONSE_RECEIVED],
  },
];

/**
 * The wait that a setting prescribes: it ends at this event and began `metadata.pause_threshold`
 * seconds before it.
 */
export const endpointing = {
  name: "endpointing",
  kind: "setting",
  end: Events.STT_PAUSE_DETECTED,
  thresholdKey: "pause_threshold",
  /** How long it was silent indeed, in milliseconds, where the writer measures it … */
  observedKey: "endpoint_ms",
  /** … or writes down when speech ended. */
  speechEnds: ["stt_speech_ended", "stt_speech_end"],
} as const;

/**
 * What the model's server reports of the time inside an llm span, in the order in which it happens:
 * laid end to end so that the last one ends with the span.
 */
export const llmChildren = [
  { name: "load", durationKey: "load_duration_ms" },
  { name: "prefill", durationKey: "prompt_eval_duration_ms" },
  { name: "generation", durationKey: "eval_duration_ms" },
] as const;

/** The span that `llmChildren` are children of. */
export const llmSpan = "llm";

/** Span names in the catalogue's order; a generic span comes after all of these. */
export const spanOrder: readonly string[] = [
  endpointing.name,
  ...spanCatalogue.flatMap((span) =>
    span.name === llmSpan ? [span.name, ...llmChildren.map((child) => child.name)] : [span.name],
  ),
];

const kinds: ReadonlyMap<string, SpanKind> = new Map([
  [endpointing.name, endpointing.kind],
  ...spanCatalogue.map(({ name, kind }) => [name, kind] as const),
]);

/** The kind of a span by its name; all that is not in the catalogue is work. */
export function spanKind(name: string): SpanKind {
  return kinds.get(name) ?? "work";
}

const catalogueNames: ReadonlySet<string> = new Set(
  spanCatalogue.flatMap((span) => [...span.starts, ...span.ends]),
);

/** A name that, by its ending, starts or ends a span of the writer's own. */
export interface GenericMark {
  /** The part of the name before the ending: the span's name. */
  readonly stem: string;
  readonly role: "start" | "end";
  /** `sent` pairs only where `received` occurs too; the other endings are sure signs. */
  readonly family: "start-complete" | "sent-received";
}

const genericName = /^(.+)_(start|complete|completed|end|done|finished|sent|received)$/;

/** Reads a custom event's name; null for names of the catalogue and names without such an ending. */
export function genericMark(eventName: string): GenericMark | null {
  if (catalogueNames.has(eventName)) return null;
  const match = genericName.exec(eventName);
  if (match?.[1] === undefined) return null;
  const ending = match[2];
  return {
    stem: match[1],
    role: ending === "start" || ending === "sent" ? "start" : "end",
    family: ending === "sent" || ending === "received" ? "sent-received" : "start-complete",
  };
}

/** True for a start that leaves its span incomplete when no end follows. */
export function startNeedsEnd(eventName: string): boolean {
  return eventName === Events.V34_OLLAMA_SENT || eventName.endsWith("_start");
}

/** True for a catalogue end that makes an incomplete span when no start came before. */
export function endNeedsStart(eventName: string): boolean {
  return eventName === Events.V34_OLLAMA_RECEIVED;
}
