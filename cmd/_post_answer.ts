import { excerpt } from "../lib/escape.ts";

/** More of an answer is not worth reading. */
const answerBytes = 64 * 1024;

/** What a collector took of a batch: all of it, if it rejected nothing. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** Reads the answer to a batch that was taken. An empty one, or one that is no JSON, means all of it. */
export function parsePartialSuccess(text: string): PartialSuccess {
  const partial = memberOf(parseObject(text), "partialSuccess");
  const rejected = Number(memberOf(partial, "rejectedSpans") ?? 0);
  const message = memberOf(partial, "errorMessage");
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: typeof message === "string" ? message : "",
  };
}

/**
 * What a collector says of a batch that it does not take, ` (…)`; empty for nothing. OTLP errors are a
 * `Status` with a message, other servers say what they like.
 */
export function describeAnswer(text: string): string {
  const message = memberOf(parseObject(text), "message");
  const said = excerpt((typeof message === "string" ? message : text).trim(), 200);
  return said === "" ? "" : ` (${said})`;
}

/** The beginning of an answer as text. */
export async function readAnswer(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > answerBytes) break;
  }
  return text;
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
