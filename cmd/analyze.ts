import type { Analysis } from "../lib/pipeline/reading.ts";
import { analyzeLog } from "../lib/pipeline.ts";
import { JsonDocument } from "../lib/render/document.ts";
import { logToJson, requestToJson, summaryToJson } from "../lib/render/json.ts";
import { openNdjson } from "../lib/render/ndjson.ts";
import { renderRequestText } from "../lib/render/request_text.ts";
import { renderSummaryText } from "../lib/render/summary_text.ts";
import type { RequestReport } from "../lib/report/request_report.ts";
import { answerFromLog } from "./_answer.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
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
    const messages = messagesFor(args);
    const view = openView(args);
    let selected = 0;
    const code = await answerFromLog(args, messages, {
      read: async (options) => {
        const show = isOn(args, "summary") ? null : view.show;
        const analysis = await analyzeLog({ ...options, beforeLongWork: optimizeFromNowOn }, show);
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
    end: async () => {},
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
