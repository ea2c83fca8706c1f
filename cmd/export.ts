import { isClickHouseAddress } from "../lib/clickhouse/address.ts";
import { streamRequests } from "../lib/pipeline/stream_requests.ts";
import { rowKinds } from "../lib/render/csv_table.ts";
import { answerFromLog } from "./_answer.ts";
import { clickHouseArguments } from "./_clickhouse_arguments.ts";
import { type Command, textOf } from "./_command.ts";
import { strongest } from "./_exit_codes.ts";
import { openExporter, targets } from "./_exporter.ts";
import { optimizeFromNowOn } from "./_optimize.ts";
import { messagesFor } from "./_output.ts";
import { readerArguments } from "./_reader.ts";
import { exportToClickHouse } from "./_to_clickhouse.ts";

/** `timmy-latency export`: the log for other tools. */
export const command: Command = {
  meta: {
    name: "export",
    description: "the log for other tools: NDJSON, CSV, Perfetto, OTLP, ClickHouse",
  },
  args: {
    ...readerArguments,
    to: {
      type: "string",
      valueHint: "F",
      values: targets,
      description: "ndjson, csv, chrome, otlp, or a server: clickhouse://HOST:8123/DATABASE",
    },
    output: {
      type: "string",
      alias: "o",
      valueHint: "FILE",
      completes: "file",
      description: "write FILE, whole or not at all, instead of standard output",
    },
    requests: {
      type: "boolean",
      description: "with ndjson: requests with their spans and figures, not events as logged",
    },
    rows: {
      type: "string",
      valueHint: "KIND",
      values: rowKinds,
      description: "with csv: a row for each of requests (as usual), spans or events",
    },
    post: {
      type: "string",
      valueHint: "URL",
      description: "with otlp: send to the collector at URL, as in http://localhost:4318",
    },
    "headers-file": {
      type: "string",
      valueHint: "FILE",
      completes: "file",
      description: "with --post: headers to send, a Name: value each line",
    },
    ...clickHouseArguments,
  },
  details: [
    "ndjson: a JSON object a line. csv: RFC 4180, texts made safe for spreadsheets. chrome: one " +
      "document that Perfetto (ui.perfetto.dev) and chrome://tracing open. otlp: one request of " +
      "OTLP/JSON a line, as Jaeger's page opens it. Events stand by request, each in time order.",
    "--post sends gzipped OTLP/HTTP. It tries 6 times where the collector is busy or away, waits as " +
      "long as it asks (up to 2 minutes), and exits 5 if spans were rejected. Credentials come from " +
      "--headers-file or OTEL_EXPORTER_OTLP_HEADERS (name=value,…), never from the address.",
    "clickhouse://HOST:8123/DATABASE (clickhouses:// by TLS) ships each event once. User and password " +
      "come from TIMMY_LATENCY_CLICKHOUSE_USER and _PASSWORD, or a file that _CREDENTIALS names.",
    "FILE is replaced when all is written; without a request that fits it stays as it is.",
    "Memory: the requests that are still open, whatever the size of the log; with --tail and " +
      "--slowest also the requests that are held back, with --post a batch of 256 KB.",
  ],
  examples: [
    "timmy-latency export --to chrome --tail 20 -o turns.json",
    "timmy-latency export --to csv --rows spans --since 1d > spans.csv",
    "timmy-latency export --to otlp --request abc123de -o turn.jsonl",
    "timmy-latency export --to otlp --since 1h --post http://localhost:4318",
    "timmy-latency export --to clickhouse://localhost:8123/latency --init",
    "timmy-latency export --to ndjson old.log | jq -c .metadata",
  ],
  formats: ["text"],
  async run({ args }) {
    const messages = messagesFor(args);
    if (isClickHouseAddress(textOf(args, "to") ?? "")) return exportToClickHouse(args, messages);
    const exporter = openExporter(args, messages);
    try {
      const code = await answerFromLog(args, messages, {
        read: async (options) => {
          if (options.names.length > 0) await exporter.begin(options.names);
          const asked = { ...options, beforeLongWork: optimizeFromNowOn };
          return streamRequests(asked, exporter.add);
        },
        end: async (reading) => exporter.end((reading?.selected ?? 0) > 0),
      });
      return strongest([code, ...(await exporter.conclude())]);
    } finally {
      exporter.abandon();
    }
  },
};
