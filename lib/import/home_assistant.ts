import type { Fault } from "../event/decode.ts";
import { parseJson } from "../event/parse_json.ts";
import { parseInstant } from "../units/instant.ts";
import { aside, type Converted, type Converter, held } from "./converter.ts";
import { Fields, isObject } from "./fields.ts";
import { convertRun, isPipelineEvent, type PipelineEvent } from "./home_assistant_run.ts";

/** A pasted run has some kilobytes; more than that is no debug page. */
const maxDocumentCharacters = 32 * 1024 * 1024;
const maxEventsInRun = 10_000;
/** A list of runs of events, each in a message: no published form is deeper. */
const maxLevels = 5;
const none: Converted = held;

/**
 * Home Assistant, Assist pipelines: runs as the debug page shows them (YAML or JSON with `events`), results
 * of `assist_pipeline/pipeline_debug/get`, messages of `assist_pipeline/run`, or bare events. What has one
 * JSON value a line is read line by line; anything else as one document.
 *
 * Format: github.com/home-assistant/core, homeassistant/components/assist_pipeline/pipeline.py
 * (`PipelineEvent`) and websocket_api.py; developers.home-assistant.io/docs/voice/pipelines.
 *
 * Memory: one run, or the document.
 */
export class HomeAssistantConverter implements Converter {
  #run: PipelineEvent[] = [];
  /** The lines of a document; null where each line stands for itself, undefined before the first. */
  #document: string[] | null | undefined = undefined;
  #characters = 0;

  take(line: string): Converted {
    if (line.trim() === "") return this.#document ? this.#keep(line) : aside;
    const value = this.#document ? undefined : parseJson(line);
    if (this.#document === undefined) this.#document = value === undefined ? [] : null;
    if (this.#document !== null) return this.#keep(line);
    if (value === undefined) return fault("bad json", "not valid JSON");
    return this.#takeValue(value);
  }

  end(): Converted {
    const text = this.#document?.join("\n") ?? "";
    this.#document = null;
    const taken = text === "" ? none : this.#takeDocument(text);
    return join([taken, this.#finishRun()]);
  }

  #keep(line: string): Converted {
    this.#characters += line.length + 1;
    if (this.#characters > maxDocumentCharacters)
      return fault("too long", "the document ends here");
    this.#document?.push(line);
    return held;
  }

  #takeDocument(text: string): Converted {
    const json = parseJson(text);
    if (json !== undefined) return this.#takeValue(json);
    try {
      return this.#takeValue(Bun.YAML.parse(text));
    } catch {
      // The document is none: each line for itself, so that a damaged first one costs no more.
      return join(text.split("\n").map((line) => this.take(line)));
    }
  }

  /** An event, a message that holds one, a run, or a list of these; `level` levels deep. */
  #takeValue(value: unknown, level = 1): Converted {
    // YAML can hold itself, or a few lines that mean billions.
    if (level > maxLevels) return fault("too deep", `nested deeper than ${maxLevels} levels`);
    const take = (inner: unknown) => this.#takeValue(inner, level + 1);
    if (Array.isArray(value)) return join(value.map(take));
    if (!isObject(value)) return fault("not an object", "no event, run or message");
    const { events, result, event, type, success } = value;
    if (Array.isArray(events)) {
      return join([...events.map(take), this.#finishRun()]);
    }
    if (isObject(result)) return take(result);
    if (isObject(event)) return take(event);
    // The answer that a run has begun, before its first event.
    if (type === "result" && success === true) return aside;
    return this.#takeEvent(new Fields(value));
  }

  #takeEvent(fields: Fields): Converted {
    const type = fields.text("type");
    if (type === null || !isPipelineEvent(type)) {
      return fault("field", `type is not the name of a pipeline event: ${type}`);
    }
    const written = fields.text("timestamp");
    const seconds = written === null ? null : parseInstant(written, 0);
    if (seconds === null) return fault("field", "timestamp is not a moment in ISO 8601");
    const before = type === "run-start" ? this.#finishRun() : none;
    if (this.#run.length >= maxEventsInRun) return fault("too long", "the run has too many events");
    this.#run.push({ type, seconds, data: fields.object("data") });
    return type === "run-end" ? this.#finishRun() : before;
  }

  #finishRun(): Converted {
    const run = this.#run;
    this.#run = [];
    return run.length === 0 ? none : convertRun(run);
  }
}

function join(parts: readonly Converted[]): Converted {
  return {
    events: parts.flatMap((part) => part.events),
    faults: parts.flatMap((part) => part.faults),
    isAside: parts.length > 0 && parts.every((part) => part.isAside === true),
  };
}

function fault(kind: Fault["kind"], detail: string): Converted {
  return { events: [], faults: [{ kind, detail }] };
}
