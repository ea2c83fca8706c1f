import type { Fault } from "../event/decode.ts";
import { parseInstant } from "../units/instant.ts";
import { Fields, known, parseRecord } from "./fields.ts";
import type { Measurement, What } from "./pipecat_turn.ts";

/** A metric stands at the beginning of its line; a line may be long and made to be slow to search. */
const maxMetricLength = 4_096;

const moment = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:[.,]\d+)?)/;
/** What `MetricsLogObserver` writes … */
const observed = /📊 \[([^\]]+)\] ([A-Z ]+?)(?: \([^)]*\))?: (.*)$/u;
/** … and what services write by themselves. */
const written =
  /(?:^|[\s-])([A-Za-z_]\w*#\d+) (TTFB|processing time|text aggregation time|prompt tokens|usage characters): (.*)$/;
const latency = /LATENCY FROM USER STOPPED SPEAKING TO BOT STARTED SPEAKING: ([\d.]+)s/;
const speaking = /\b(User|Bot) (started|stopped) speaking\b/;

const kinds: ReadonlyMap<string, What> = new Map([
  ["TTFB", "first byte"],
  ["ttfb", "first byte"],
  ["PROCESSING TIME", "processing"],
  ["processing time", "processing"],
  ["text aggregation time", "aggregation"],
  ["LLM TOKEN USAGE", "usage"],
  ["prompt tokens", "usage"],
  ["llm", "usage"],
  ["SMART TURN", "turn detection"],
]);

/** Kinds of measurements that say nothing of when something happened. */
const timeless = new Set([
  "TTS USAGE",
  "usage characters",
  "tts",
  "stt",
  "STT USAGE",
  "ttfa",
  "ttfat",
]);

/** Reads what a line measures; null if it is known to measure nothing, a fault if it cannot be used. */
export function parsePipecatLine(text: string): Measurement | Fault | null {
  if (text.trimStart().startsWith("{")) return parseServiceRecord(text);
  const line = text.slice(0, maxMetricLength);
  const metric = observed.exec(line) ?? written.exec(line);
  const waited = latency.exec(line);
  const spoke = speaking.exec(line);
  if (metric === null && waited === null && spoke === null) {
    return line.includes("📊") ? field("the metric", "one that is known") : null;
  }
  const seconds = parseInstant(moment.exec(line)?.[1] ?? "", 0);
  if (seconds === null) return field("the line's time", "a date and a time of day");
  const none = { processor: "", value: null, metadata: {}, seconds };
  if (waited !== null) return { ...none, what: "latency", value: Number(waited[1]) };
  if (metric === null) {
    const what = `${spoke?.[1]?.toLowerCase()} ${spoke?.[2]}` as What;
    return { ...none, what };
  }
  const [, processor = "", kind = "", said = ""] = metric;
  if (timeless.has(kind)) return null;
  const what = kinds.get(kind);
  if (what === undefined) return field("the metric", `one that is known: ${kind}`);
  const value = secondsOf(what, said);
  if (value === "none") return null;
  return value === null
    ? field("the value", "a number of seconds")
    : { what, processor, seconds, value, metadata: what === "usage" ? usageOf(kind, said) : {} };
}

function secondsOf(what: What, text: string): number | "none" | null {
  if (what === "usage") return 0;
  if (what === "turn detection") {
    const [, milliseconds] = /COMPLETE .*e2e: ([\d.]+)ms/.exec(text) ?? [];
    if (text.startsWith("INCOMPLETE")) return "none";
    return milliseconds === undefined ? null : Number(milliseconds) / 1000;
  }
  const [, seconds] = /^(\d+(?:\.\d+)?(?:e-?\d+)?)s?(?: |$)/.exec(text) ?? [];
  return seconds === undefined ? null : Number(seconds);
}

function usageOf(kind: string, text: string): Measurement["metadata"] {
  const all = kind === "prompt tokens" ? `prompt: ${text}` : text;
  const count = (name: string) => {
    const [, digits] = new RegExp(`${name}[^:,]*: (\\d+)`).exec(all) ?? [];
    return digits === undefined ? null : Number(digits);
  };
  return known({
    prompt: count("prompt"),
    completion: count("completion"),
    cached: count("cache_read"),
  });
}

/** A record of `ServiceMetricsObserver`. */
function parseServiceRecord(line: string): Measurement | Fault | null {
  const fields = parseRecord(line);
  if (!(fields instanceof Fields)) return fields;
  const kind = fields.text("kind") ?? "";
  const what = kinds.get(kind);
  if (what === undefined && !timeless.has(kind)) return field("kind", "a metric of a service");
  const seconds = fields.instant("timestamp");
  if (seconds === null) return field("timestamp", "a moment in Unix seconds");
  if (what === undefined) return null;
  const value = what === "usage" ? 0 : fields.seconds("seconds");
  if (value === null) return field("seconds", "a duration");
  const metadata = known({
    prompt: fields.number("prompt_tokens"),
    completion: fields.number("completion_tokens"),
    cached: fields.number("cache_read_input_tokens"),
  });
  return { what, processor: fields.text("processor") ?? "", seconds, value, metadata };
}

function field(name: string, wanted: string): Fault {
  return { kind: "field", detail: `${name} is not ${wanted}` };
}
