import { availableParallelism } from "node:os";
import { UsageError } from "../lib/error.ts";
import { importFormats } from "../lib/import/formats.ts";
import type { ReaderOptions, Reading, ThreadOptions } from "../lib/pipeline/reading.ts";
import { renderProblems } from "../lib/render/problems_text.ts";
import { renderAccount } from "../lib/render/read_account.ts";
import type { LogReport } from "../lib/report/log_report.ts";
import type { Selection } from "../lib/request/select.ts";
import { formatCount } from "../lib/units/count.ts";
import { requireDuration } from "../lib/units/duration.ts";
import { requireInstant } from "../lib/units/instant.ts";
import { requireSize } from "../lib/units/size.ts";
import { openClickHouse } from "./_clickhouse.ts";
import { type Arguments, type ArgumentTable, isOn, textOf } from "./_command.ts";
import { locate } from "./_global_options.ts";
import type { Messages } from "./_output.ts";
import { runCosts } from "./_run_costs.ts";
import {
  exceeds,
  requireCount,
  requireOneOf,
  requireThreads,
  requireTolerance,
} from "./_values.ts";

/** Arguments of every command that reads the log. */
export const readerArguments = {
  file: {
    type: "positional",
    required: false,
    repeatable: true,
    completes: "file",
    description: "logs to read, archives (.gz, .zst), folders; merged by time; - is standard input",
  },
  since: { type: "string", valueHint: "T", description: "requests that start at T or later" },
  until: { type: "string", valueHint: "T", description: "requests that start before T" },
  service: {
    type: "string",
    valueHint: "S",
    completes: "service",
    description: "requests with an event of service S",
  },
  session: {
    type: "string",
    valueHint: "ID",
    completes: "session",
    description: "requests of one conversation",
  },
  request: {
    type: "string",
    valueHint: "ID",
    completes: "request",
    description: "one request, the newest of that id or of that prefix (4 characters or more)",
  },
  all: { type: "boolean", description: "with --request: every match, not only the newest" },
  tail: {
    type: "string",
    valueHint: "N",
    whenBare: "5",
    description: "the N requests that started last (5 without a number)",
  },
  slowest: { type: "string", valueHint: "N", description: "the N with the longest processing" },
  idle: {
    type: "string",
    valueHint: "D",
    description: "silence after which the same id is another request (10m)",
  },
  from: {
    type: "string",
    valueHint: "PROJECT",
    values: [...importFormats.keys()],
    description: `FILE was written by ${[...importFormats.keys()].join(", ")}; see the README`,
  },
  "max-line": { type: "string", valueHint: "SIZE", description: "pass over longer lines (1M)" },
  "max-problems": {
    type: "string",
    valueHint: "N|P%",
    description: "exit 4 if more lines than that are no events",
  },
  "strict-metadata": {
    type: "boolean",
    description: "leave every byte of every line to the JSON parser: slower, with the same answer",
  },
  threads: {
    type: "string",
    valueHint: "N",
    description:
      "threads that read a large plain log as a whole; 1 for one, 0 for as many as are worth it (0)",
  },
  utc: { type: "boolean", description: "show times in UTC" },
} as const satisfies ArgumentTable;

const defaultIdleSeconds = 600;
/** A server that has not answered a question by then is told to stop. */
const serverTimeoutMs = 600_000;
const defaultMaxLineBytes = 1024 * 1024;

/** Below that a second thread saves less than anybody notices (measured). */
const manyThreadsFromBytes = 256e6;

/** The present moment, Unix seconds. */
export function nowSeconds(): number {
  return Date.now() / 1000;
}

/** Turns checked arguments into what the pipeline takes. */
export function readerOptions(args: Arguments): ReaderOptions {
  const idle = textOf(args, "idle");
  const maxLine = textOf(args, "max-line");
  const files = args._;
  const from = textOf(args, "from");
  if (from !== undefined) requireOneOf(from, "--from", readerArguments.from.values);
  if (from !== undefined && files.length === 0) {
    throw new UsageError(
      `Cannot use --from ${from} without a FILE: name it, or - for standard input`,
    );
  }
  if (files.includes("")) {
    throw new UsageError("Cannot use an empty FILE: name a log, or - for standard input");
  }
  return {
    ...(from === undefined ? {} : { from }),
    openServer: (address) => openClickHouse(address, serverTimeoutMs),
    idleSeconds: idle === undefined ? defaultIdleSeconds : requireDuration(idle, "--idle"),
    maxLineBytes: maxLine === undefined ? defaultMaxLineBytes : requireSize(maxLine, "--max-line"),
    strictMetadata: isOn(args, "strict-metadata"),
    threads: threadsOf(args),
    selection: selectionOf(args),
    // How many lines are damaged is a question to all of them.
    ...(textOf(args, "max-problems") === undefined ? {} : { wholeOnly: true }),
    // Last, as wrong usage is told before a log that cannot be found.
    names: files.length > 0 ? files : [locate(args).path],
  };
}

function threadsOf(args: Arguments): ThreadOptions {
  const text = textOf(args, "threads");
  const wished = text === undefined ? 0 : requireThreads(text, "--threads");
  const isWish = wished > 0;
  const most = isWish ? wished : availableParallelism();
  return { most, isWish, fromBytes: manyThreadsFromBytes };
}

function selectionOf(args: Arguments): Selection {
  const [since, until, tail, slowest] = (["since", "until", "tail", "slowest"] as const).map(
    (name) => textOf(args, name),
  );
  const [service, session, request] = (["service", "session", "request"] as const).map((name) =>
    textOf(args, name),
  );
  const now = nowSeconds();
  return {
    ...(since === undefined ? {} : { sinceSeconds: requireInstant(since, "--since", now) }),
    ...(until === undefined ? {} : { untilSeconds: requireInstant(until, "--until", now) }),
    ...(service === undefined ? {} : { service }),
    ...(session === undefined ? {} : { session }),
    ...(request === undefined ? {} : { request }),
    ...(isOn(args, "all") ? { all: true } : {}),
    ...(tail === undefined ? {} : { tail: requireCount(tail, "--tail", "--tail 5 FILE") }),
    ...(slowest === undefined
      ? {}
      : { slowest: requireCount(slowest, "--slowest", "--slowest 5") }),
  };
}

/** Tells with `--verbose` how many threads have read the log. */
export async function reportThreads({ threads: use }: Reading, messages: Messages): Promise<void> {
  if (use === undefined) return;
  const why = use.whyFewer === null ? "" : `: ${use.whyFewer}`;
  await messages.detail(`Read by ${formatCount(use.threads, "thread")}${why}`);
}

/** Lists what was damaged, on stderr; true if it is more than `--max-problems` tolerates. */
export async function reportProblems(
  args: Arguments,
  log: LogReport,
  messages: Messages,
): Promise<boolean> {
  for (const line of renderProblems(log)) await messages.note(line);
  if (isOn(args, "verbose")) {
    for (const line of renderAccount(log, runCosts())) await messages.detail(line);
  }
  const limit = textOf(args, "max-problems");
  if (limit === undefined) return false;
  return exceeds(requireTolerance(limit, "--max-problems"), log.problems.total, log.lines);
}
