/** A value as JSON knows it. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | JsonValue[]
  | { [key: string]: JsonValue };

/** What a service wishes to say about a moment, beyond its name. */
export type Metadata = { [key: string]: JsonValue };

/** One moment in the life of a request, as one line of the log holds it. */
export interface TimingEvent {
  /** Unix seconds, as parsed: fractions to the microsecond and, from some writers, below. */
  readonly timestampSeconds: number;
  readonly requestId: string;
  /** Who logged it: `stt`, `v34`, `tts` or any other; `unknown` if the line does not say. */
  readonly service: string;
  /** What happened, for example `v34_ollama_sent`. */
  readonly name: string;
  readonly metadata: Metadata;
}
