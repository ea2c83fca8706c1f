import { existsSync } from "node:fs";
import { UsageError } from "../lib/error.ts";
import { loadSystemCalls } from "../lib/log/system_calls.ts";
import type { TakeRequest } from "../lib/pipeline/stream_requests.ts";
import { ChromeTrace } from "../lib/render/chrome_trace.ts";
import { csvHeader, type RowKind, requestToCsv, rowKinds } from "../lib/render/csv_table.ts";
import { eventToJson } from "../lib/render/event_json.ts";
import { requestToJson } from "../lib/render/json.ts";
import { openNdjson } from "../lib/render/ndjson.ts";
import { requestToOtlp } from "../lib/render/otlp.ts";
import { stringifyWellFormed } from "../lib/render/well_formed_json.ts";
import { formatCount } from "../lib/units/count.ts";
import packageJson from "../package.json" with { type: "json" };
import { clickHouseArguments } from "./_clickhouse_arguments.ts";
import { collectorHeaders, describeUrl, requireCollectorUrl } from "./_collector.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locate } from "./_global_options.ts";
import { OutFile, refuseToReplaceLogs } from "./_out_file.ts";
import { type Messages, writeErrorLine, writeOut } from "./_output.ts";
import { Post } from "./_post.ts";
import { usualRetries } from "./_retry.ts";
import { requireOneOf } from "./_values.ts";

/** The formats there are. */
export const targets = ["ndjson", "csv", "chrome", "otlp"] as const;
type Target = (typeof targets)[number];

/** Options that make sense with one target only. */
const ownOptions: readonly (readonly [option: string, target: Target])[] = [
  ["requests", "ndjson"],
  ["rows", "csv"],
  ["post", "otlp"],
];
const clickHouseOptions = Object.keys(clickHouseArguments);
const scope = { name: "timmy-latency", version: packageJson.version };
const postTimeoutMs = 30_000;

/** Where requests go. */
export interface Exporter {
  /** Makes ready for what is read from those logs. */
  begin(names: readonly string[]): void | Promise<void>;
  readonly add: TakeRequest;
  /** Ends what was written properly. */
  end(hasRequests: boolean): void | Promise<void>;
  /** Says what came of it; the statuses that this gives the run. */
  conclude(): Promise<readonly ExitCode[]>;
  /** Takes away what is unfinished. */
  abandon(): void;
}

/**
 * Finds out from the options where requests go.
 *
 * @throws UsageError if they contradict each other.
 * @throws AccessError if the file with headers cannot be read.
 */
export function openExporter(args: Arguments, messages: Messages): Exporter {
  const to = textOf(args, "to");
  if (to === undefined) throw new UsageError(`Missing --to: it is one of ${targets.join(", ")}`);
  const target = requireOneOf(to, "--to", targets) as Target;
  for (const [option, owner] of ownOptions) {
    if (args[option] !== undefined && target !== owner) {
      throw new UsageError(
        `Cannot use --${option} with --to ${target}: it goes with --to ${owner}`,
      );
    }
  }
  const post = textOf(args, "post");
  const stray = clickHouseOptions.find((option) => args[option] !== undefined);
  if (stray !== undefined) {
    throw new UsageError(
      `Cannot use --${stray} with --to ${target}: it goes with --to clickhouse://…`,
    );
  }
  if (textOf(args, "headers-file") !== undefined && post === undefined) {
    throw new UsageError("Cannot use --headers-file without --post");
  }
  if (post !== undefined) return openPost(post, args, messages);
  const rows = requireOneOf(textOf(args, "rows") ?? "requests", "--rows", rowKinds) as RowKind;
  return openWriter(args, (write) =>
    openView(target, { rows, requests: isOn(args, "requests") }, write),
  );
}

/** Requests in one of the formats. */
interface View {
  add(...request: Parameters<TakeRequest>): void;
  end(): void;
}

function openView(
  target: Target,
  { rows, requests }: { readonly rows: RowKind; readonly requests: boolean },
  write: (text: string) => void,
): View {
  if (target === "chrome") return new ChromeTrace(write);
  if (target === "csv") {
    write(csvHeader(rows));
    return { add: (request) => write(requestToCsv(rows, request)), end: () => {} };
  }
  if (target === "otlp") {
    return {
      add: (request) => {
        const resourceSpans = requestToOtlp(request, scope);
        write(`${stringifyWellFormed({ resourceSpans })}\n`);
      },
      end: () => {},
    };
  }
  const lines = openNdjson(write);
  return {
    add: (request) => {
      if (requests) lines.add(requestToJson(request));
      else for (const event of request.events) lines.add(eventToJson(request.id, event));
    },
    end: () => {},
  };
}

/** Writes to standard output, or to a file that appears when it is whole. */
function openWriter(args: Arguments, open: (write: (text: string) => void) => View): Exporter {
  const path = textOf(args, "output");
  const toFile = path !== undefined && path !== "-";
  let file: OutFile | null = null;
  let view: View | null = null;
  const viewNow = () => {
    view ??= open((text) => (toFile ? file?.write(text) : writeOut(text)));
    return view;
  };
  return {
    begin: async (names) => {
      if (!toFile) return;
      const own = locate(args).path;
      refuseToReplaceLogs(path, existsSync(own) ? [...names, own] : names);
      file = new OutFile(path, await loadSystemCalls().catch(() => null));
    },
    add: (request) => viewNow().add(request),
    end: (hasRequests) => {
      viewNow().end();
      if (hasRequests) file?.finish();
    },
    conclude: async () => [],
    abandon: () => file?.abandon(),
  };
}

/** Sends to a collector. */
function openPost(url: string, args: Arguments, messages: Messages): Exporter {
  if (textOf(args, "output") !== undefined) {
    throw new UsageError("Cannot use --output with --post: it is one or the other");
  }
  const collector = {
    url: requireCollectorUrl(url),
    headers: {
      "user-agent": `${scope.name}/${scope.version}`,
      ...collectorHeaders(textOf(args, "headers-file"), process.env),
    },
  };
  const post = new Post(collector, {
    rules: usualRetries,
    timeoutMs: postTimeoutMs,
    nowMs: Date.now,
    random: Math.random,
    sleep: Bun.sleep,
    note: messages.note,
  });
  return {
    begin: () => {},
    add: (request) => post.add(requestToOtlp(request, scope)),
    end: async (hasRequests) => {
      if (hasRequests) await post.flush();
    },
    conclude: async () => {
      const accepted = formatCount(post.acceptedSpans, "span");
      if (post.batches > 0)
        await messages.note(`Sent ${accepted} to ${describeUrl(collector.url)}`);
      if (post.rejectedSpans === 0) return [];
      const rejected = formatCount(post.rejectedSpans, "span");
      const why = post.rejection === "" ? "" : `: ${post.rejection}`;
      writeErrorLine(`timmy-latency: The collector rejected ${rejected}${why}`);
      return [exitCodes.access];
    },
    abandon: () => {},
  };
}
