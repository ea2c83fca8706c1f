import { AccessError } from "../lib/error.ts";
import { escapeControls, quote } from "../lib/escape.ts";
import { type Analysis, analyzeLog, type ReaderOptions } from "../lib/pipeline.ts";
import { JsonDocument } from "../lib/render/document.ts";
import { logToJson, requestToJson, summaryToJson } from "../lib/render/json.ts";
import { openNdjson } from "../lib/render/ndjson.ts";
import { renderRequestText } from "../lib/render/request_text.ts";
import { renderSummaryText } from "../lib/render/summary_text.ts";
import type { RequestReport } from "../lib/report/request_report.ts";
import { minPrefixLength } from "../lib/request/select.ts";
import { formatCount } from "../lib/units/count.ts";
import { formatClock } from "../lib/units/instant.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes, strongest } from "./_exit_codes.ts";
import {
  isTerminal,
  type Messages,
  messagesFor,
  styleFor,
  writeErrorLine,
  writeOut,
} from "./_output.ts";
import {
  missingDefaultLog,
  noEventYet,
  nowSeconds,
  readerArguments,
  readerOptions,
  reportProblems,
} from "./_reader.ts";
import { requireTolerance } from "./_values.ts";

/** More requests than that scroll past a person at a terminal. */
const manyRequests = 20;

/** `timmy-latency analyze`: where the time of each request went, and what is normal. */
export const command: Command = {
  meta: {
    name: "analyze",
    description: "timeline, spans and ledger of each request, then the summary",
  },
  args: {
    ...readerArguments,
    summary: { type: "boolean", description: "only the summary" },
    steps: { type: "boolean", description: "also every pair of neighbouring events" },
    ledger: { type: "boolean", default: true, description: "leave the ledger out" },
  },
  details: [
    "The figures of voice-to-voice, spans, gaps and ledger are explained in the README. " +
      "analyze --clear is the same as the word clear.",
    "Memory: the requests that are still open, whatever the size of the log; with --tail and " +
      "--slowest also the requests that are held back.",
  ],
  examples: [
    "timmy-latency analyze --tail",
    "timmy-latency analyze --request abc123de",
    "timmy-latency analyze stt.log v34.log tts.log --summary",
    "timmy-latency analyze --since 2h --format json | jq .summary.figures",
  ],
  formats: ["text", "json", "ndjson"],
  async run({ args }) {
    const limit = textOf(args, "max-problems");
    if (limit !== undefined) requireTolerance(limit, "--max-problems");
    const options = await optionsFor(args);
    const messages = messagesFor(args);
    const view = openView(args);
    const missing = missingDefaultLog(args);
    if (missing !== null) {
      await view.end(await analyzeLog({ ...options, names: [] }, null));
      writeErrorLine(`timmy-latency: ${missing}`);
      return exitCodes.no;
    }
    const analysis = await analyzeInto(view, options, args);
    await view.end(analysis);
    return conclude(args, analysis, messages);
  },
};

/** The reader's options; if no log can be named, a JSON document is still given. */
async function optionsFor(args: Arguments): Promise<ReaderOptions> {
  try {
    return readerOptions(args);
  } catch (error) {
    if (error instanceof AccessError) await openView(args).end(null);
    throw error;
  }
}

/** Analyses the log; should reading fail, a JSON document is still ended properly. */
async function analyzeInto(view: View, options: ReaderOptions, args: Arguments): Promise<Analysis> {
  try {
    return await analyzeLog(options, isOn(args, "summary") ? null : view.show);
  } catch (error) {
    if (error instanceof AccessError) await view.end(null);
    throw error;
  }
}

/** Says on stderr what does not belong into the data, and finds the exit code. */
async function conclude(
  args: Arguments,
  analysis: Analysis,
  messages: Messages,
): Promise<ExitCode> {
  const isDamaged = await reportProblems(args, analysis.log, messages);
  if (isDamaged) {
    const found = formatCount(analysis.log.problems.total, "problem");
    const lines = formatCount(analysis.log.lines, "line");
    const limit = textOf(args, "max-problems");
    writeErrorLine(
      `timmy-latency: The log is damaged: ${found} in ${lines}, --max-problems tolerates ${limit}`,
    );
  }
  const codes: ExitCode[] = isDamaged ? [exitCodes.damaged] : [];
  if (analysis.selected === 0) {
    writeErrorLine(`timmy-latency: ${whyNothing(args, analysis)}`);
    codes.push(exitCodes.no);
  }
  await noteMatches(args, analysis, messages);
  const isText = (textOf(args, "format") ?? "text") === "text";
  if (isText && isTerminal() && !isOn(args, "summary") && analysis.selected > manyRequests) {
    await messages.note(
      `These were ${analysis.selected} requests; --tail shows the last ones, --summary only what is normal`,
    );
  }
  return strongest(codes);
}

function whyNothing(args: Arguments, { log, searched }: Analysis): string {
  const wanted = textOf(args, "request");
  if (log.events === 0 && log.problems.total === 0) return noEventYet(args);
  if (log.events === 0)
    return `No line of the log is an event: ${formatCount(log.problems.total, "problem")} met`;
  if (wanted === undefined)
    return `No request fits the options given, of ${formatCount(log.requests, "request")} in the log`;
  const short = wanted.length < minPrefixLength;
  const hint = short ? `; a prefix needs ${minPrefixLength} characters` : "";
  return `No request ${quote(wanted)} among the ${searched.requests} searched${hint}`;
}

/** With `--request`: how far back was looked, and what else the prefix could have meant. */
async function noteMatches(args: Arguments, analysis: Analysis, messages: Messages): Promise<void> {
  const wanted = textOf(args, "request");
  const { requests, oldestSeconds } = analysis.searched;
  if (wanted === undefined || oldestSeconds === null) return;
  const back = formatClock(oldestSeconds, nowSeconds(), isOn(args, "utc"));
  const which = isOn(args, "all") ? "Every match" : "The newest match";
  if (analysis.selected > 0) {
    await messages.note(`${which} of ${formatCount(requests, "request")}, looking back to ${back}`);
  }
  if (analysis.otherIds.length > 0) {
    const ids = analysis.otherIds.map(escapeControls);
    const listed = ids.slice(0, 10).join(", ");
    const more = ids.length > 10 ? ` and ${ids.length - 10} more` : "";
    await messages.note(`Other ids begin with ${quote(wanted)}: ${listed}${more}`);
  }
}

/** Where requests go as they come, and what follows them. */
interface View {
  readonly show: (request: RequestReport) => void;
  /** Ends the answer; null if the log could not be read. */
  end(analysis: Analysis | null): Promise<void>;
}

function openView(args: Arguments): View {
  const format = textOf(args, "format");
  if (format === "json") return openJsonView();
  return format === "ndjson" ? openNdjsonView() : openTextView(args);
}

function openJsonView(): View {
  const document = new JsonDocument("requests", writeOut);
  return {
    show: (request) => document.add(requestToJson(request)),
    end: async (analysis) => {
      const summary = analysis && summaryToJson(analysis.summary);
      document.end({ summary, hints: [], log: analysis && logToJson(analysis.log) });
    },
  };
}

function openNdjsonView(): View {
  const lines = openNdjson(writeOut);
  return {
    show: (request) => lines.add(requestToJson(request)),
    end: () => lines.end(),
  };
}

function openTextView(args: Arguments): View {
  const style = styleFor(args);
  const steps = isOn(args, "steps");
  const ledger = args["ledger"] !== false;
  const options = { style, steps, ledger, utc: isOn(args, "utc"), nowSeconds: nowSeconds() };
  return {
    show: (request) => writeOut(renderRequestText(request, options)),
    end: async (analysis) => {
      if (analysis === null || analysis.selected === 0) return;
      const isOne = analysis.selected === 1 && !isOn(args, "summary");
      if (!isOne) writeOut(renderSummaryText(analysis.summary, style, steps));
    },
  };
}
