import { readFileSync } from "node:fs";
import { AccessError, describeSystemError, errorCode, UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";

/** Where spans are sent, and what goes with them. */
export interface Collector {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a collector listens for spans, by the specification. */
const tracesPath = "/v1/traces";
const headersVariables = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];

/**
 * Reads an address as `--post` takes it; without a path it gets OTLP's.
 *
 * @throws UsageError for another scheme, or for credentials, which every user of the machine could read
 * in the list of processes.
 */
export function requireCollectorUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== "" || url.password !== "")) {
    throw new UsageError(
      `Cannot use a name or password in the address for --post: put them into ${headersVariables[1]} or --headers-file`,
    );
  }
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      `Cannot use ${quote(text)} for --post: write an address such as http://localhost:4318`,
    );
  }
  if (url.pathname === "/") url.pathname = tracesPath;
  return url;
}

/** An address for messages: what follows `?` may be secret. */
export function describeUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/**
 * The headers that the environment, or else a file, wishes to be sent. Values are never quoted in
 * messages.
 *
 * @throws UsageError if they are written wrongly.
 * @throws AccessError if the file cannot be read.
 */
export function collectorHeaders(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  if (file !== undefined) return headersOfFile(file);
  const variable = headersVariables.find((name) => environment[name]);
  return variable === undefined ? {} : headersOfVariable(variable, environment[variable] ?? "");
}

/** `name=value,name=value`, values percent-encoded (OpenTelemetry's OTLP exporter configuration). */
function headersOfVariable(variable: string, text: string): Record<string, string> {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  return Object.fromEntries(
    parts.map((part, index) => {
      const [, name = "", value = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
      return checkHeader(name, decode(value), `part ${index + 1} of ${variable}`, "name=value");
    }),
  );
}

/** `Name: value`, one a line; empty lines and those that begin with # are passed over. */
function headersOfFile(path: string): Record<string, string> {
  const lines = readText(path).split(/\r?\n/);
  return Object.fromEntries(
    lines.flatMap((line, index) => {
      if (/^\s*(#|$)/.test(line)) return [];
      const [, name = "", value = ""] = /^\s*([^:]*?)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
      return [checkHeader(name, value, `line ${index + 1} of ${path}`, "Name: value")];
    }),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot read the headers in ${path}: ${reason}`, errorCode(error));
  }
}

/** A header that HTTP can carry: a token (RFC 9110, 5.6.2) and a text without control characters. */
function checkHeader(
  name: string,
  value: string,
  place: string,
  form: string,
): [name: string, value: string] {
  const isName = /^[\w!#$%&'*+.^`|~-]+$/.test(name);
  if (isName && /^[\t\x20-\x7e\x80-\xff]+$/.test(value)) return [name.toLowerCase(), value];
  throw new UsageError(`Cannot use ${place} as a header: write ${form}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
