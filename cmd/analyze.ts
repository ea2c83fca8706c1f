import type { Analysis } from "../lib/pipeline/reading.ts";
import { analyzeLog } from "../lib/pipeline.ts";
import { clocksToJson } from "../lib/render/clock_json.ts";
import { renderClocksText } from "../lib/render/clock_text.ts";
import { JsonDocument } from "../lib/render/document.ts";
import { hintsToJson } from "../lib/render/hints_json.ts";
import { renderHintsText } from "../lib/render/hints_text.ts";
import { logToJson, requestToJson, summaryToJson } from "../lib/render/json.ts";
import { renderOutlierText } from "../lib/render/outlier_text.ts";
import { renderRequestText } from "../lib/render/request_text.ts";
import { renderSummaryText } from "../lib/render/summary_text.ts";
import type { RequestReport } from "../lib/report/request_report.ts";
import { answerFromLog } from "./_answer.ts";
import { chartArgument, chartFor } from "./_chart.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { hintArguments, hintLimitsOf } from "./_hints.ts";
import { localCalendarFast } from "./_local_time.ts";
import { optimizeFromNowOn } from "./_optimize.ts";
import { isTerminal, messagesFor, styleFor, writeOut } from "./_output.ts";
import { nowSeconds, readerArguments } from "./_reader.ts";

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
    "correct-clocks": {
      type: "boolean",
      description: "shift services whose clocks disagree, and mark with ~ what changes",
    },
    chart: chartArgument,
    ...hintArguments,
  },
  details: [
    "The figures of voice-to-voice, spans, gaps and ledger are explained in the README. " +
      "analyze --clear is the same as the word clear.",
    "With --slowest each request is explained: which part holds the excess over the median, what other " +
      "request was under way, which metadata sets the slow ones apart.",
    "--correct-clocks reads the log twice, so it takes no standard input.",
    "Hints at the end name what is worth a look in the chosen requests, with the numbers behind it: " +
      "slow stages, time that nobody accounts for, sleeps, new connections and more.",
    "Memory: the requests that are still open, whatever the size of the log; with --tail and " +
      "--slowest also the requests that are held back.",
  ],
  examples: [
    "timmy-latency analyze --tail",
    "timmy-latency analyze --request abc123de",
    "timmy-latency analyze --slowest 3 --since 1d",
    "timmy-latency analyze stt.log v34.log tts.log --summary",
    "timmy-latency analyze --since 2h --format json | jq .summary.figures",
    "timmy-latency analyze --from homeassistant debug.yaml",
  ],
  formats: ["text", "json", "ndjson"],
  async run({ args }) {
    const hintLimits = hintLimitsOf(args);
    const messages = messagesFor(args);
    const view = await openView(args);
    let selected = 0;
    const code = await answerFromLog(args, messages, {
      read: async (options) => {
        const correctClocks = isOn(args, "correct-clocks");
        const show = isOn(args, "summary") ? null : view.show;
        const asked = { ...options, correctClocks, hintLimits, beforeLongWork: optimizeFromNowOn };
        const analysis = await analyzeLog(asked, show);
        selected = analysis.selected;
        return analysis;
      },
      end: view.end,
    });
    const isText = (textOf(args, "format") ?? "text") === "text";
    if (isText && isTerminal() && !isOn(args, "summary") && selected > manyRequests) {
      await messages.note(
        `These were ${selected} requests; --tail shows the last ones, --summary only what is normal`,
      );
    }
    return code;
  },
};

/** Where requests go as they come, and what follows them. */
interface View {
  readonly show: (request: RequestReport) => void;
  /** Ends the answer; null if the log could not be read. */
  readonly end: (analysis: Analysis | null) => Promise<void>;
}

function openView(args: Arguments): View | Promise<View> {
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
      const clocks = analysis && clocksToJson(analysis.clocks);
      const hints = hintsToJson(analysis?.hints ?? []);
      document.end({ summary, clocks, hints, log: analysis && logToJson(analysis.log) });
    },
  };
}

async function openNdjsonView(): Promise<View> {
  // Its package takes 8 ms to import, as much as all the rest.
  const { openNdjson } = await import("../lib/render/ndjson.ts");
  const lines = openNdjson(writeOut);
  return {
    show: (request) => lines.add(requestToJson(request)),
    end: async () => {},
  };
}

function openTextView(args: Arguments): View {
  const style = styleFor(args);
  const steps = isOn(args, "steps");
  const ledger = args["ledger"] !== false;
  const chart = chartFor(args);
  const options = {
    style,
    steps,
    ledger,
    chart,
    utc: isOn(args, "utc"),
    nowSeconds: nowSeconds(),
    local: localCalendarFast,
  };
  return {
    show: (request) => {
      writeOut(renderRequestText(request, options));
      if (request.outlier !== undefined) writeOut(renderOutlierText(request.outlier, style));
    },
    end: async (analysis) => {
      if (analysis === null || analysis.selected === 0) return;
      const isOne = analysis.selected === 1 && !isOn(args, "summary");
      if (!isOne) writeOut(renderSummaryText(analysis.summary, options));
      const isCorrected = isOn(args, "correct-clocks");
      // What a single request shows as logged, its own header says.
      const clocks = isOne && !isCorrected ? [] : analysis.clocks;
      const text = renderClocksText(clocks, { ...options, isCorrected });
      if (text !== "") writeOut(isOne ? text : `\n${text}`);
      const hints = renderHintsText(analysis.hints, style);
      if (hints !== "") writeOut(isOne && text === "" ? hints : `\n${hints}`);
    },
  };
}
