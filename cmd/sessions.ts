import { analyzeSessions, type SessionAnalysis } from "../lib/pipeline.ts";
import { JsonDocument } from "../lib/render/document.ts";
import { hintsToJson } from "../lib/render/hints_json.ts";
import { renderHintsText } from "../lib/render/hints_text.ts";
import { logToJson } from "../lib/render/json.ts";
import { sessionToJson, turnToJson } from "../lib/render/session_json.ts";
import { lineFrame, writeSessionRows } from "../lib/render/session_rows.ts";
import { renderSessionsText } from "../lib/render/session_text.ts";
import { requireDuration } from "../lib/units/duration.ts";
import { answerFromLog } from "./_answer.ts";
import { chartArgument, chartFor } from "./_chart.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { hintArguments, hintLimitsOf } from "./_hints.ts";
import { messagesFor, styleFor, writeOut, writeOutBytes } from "./_output.ts";
import { nowSeconds, readerArguments } from "./_reader.ts";
import { requireCount } from "./_values.ts";

const defaultContextTokens = 8000;

/** `timmy-latency sessions`: conversations, and whether they slow down. */
export const command: Command = {
  meta: {
    name: "sessions",
    description: "conversations: growth of the prompt, prompt cache, trends",
  },
  args: {
    ...readerArguments,
    gap: {
      type: "string",
      valueHint: "D",
      description: "cut requests without a session where they were silent for longer than D",
    },
    "num-ctx": {
      type: "string",
      valueHint: "N",
      description: "tokens that the model's context holds (8000)",
    },
    chart: chartArgument,
    ...hintArguments,
  },
  details: [
    "A conversation is all requests of one session_id; any event of a request may carry it. Requests " +
      "without one form the session unknown, or with --gap unknown#1, unknown#2 and so on. Options " +
      "that choose requests choose turns: a turn keeps its number in the conversation, and its cache " +
      "verdict rests on the whole log.",
    "The verdict of the prompt cache is hit, partial, miss or unknown, and stands beside the two " +
      "numbers it was drawn from. It is unknown where the log cannot show it, never a guess.",
    "Memory: about 100 bytes a turn, as verdicts need the end of the log, and about 400 for each of " +
      "up to 65536 sessions; the turns of further ones are told as the session other and counted as " +
      "folded.",
  ],
  examples: [
    "timmy-latency sessions",
    "timmy-latency sessions --since 2h --num-ctx 4096",
    "timmy-latency sessions --gap 5m old.log",
    "timmy-latency sessions --format json | jq '.sessions[].trend'",
  ],
  formats: ["text", "json", "ndjson"],
  async run({ args }) {
    const gap = textOf(args, "gap");
    const context = textOf(args, "num-ctx");
    const gapSeconds = gap === undefined ? null : requireDuration(gap, "--gap");
    const contextTokens =
      context === undefined
        ? defaultContextTokens
        : requireCount(context, "--num-ctx", "--num-ctx 8000");
    const hintLimits = hintLimitsOf(args);
    return answerFromLog(args, messagesFor(args), {
      read: (options) => analyzeSessions({ ...options, hintLimits }, { gapSeconds, contextTokens }),
      end: (analysis) => write(args, analysis, contextTokens),
    });
  },
};

/** Writes the whole answer; null if the log could not be read. */
async function write(
  args: Arguments,
  analysis: SessionAnalysis | null,
  contextTokens: number,
): Promise<void> {
  const format = textOf(args, "format");
  if (format === "json") writeJson(analysis);
  else if (format === "ndjson") await writeNdjson(analysis);
  else writeText(args, analysis, contextTokens);
}

function writeJson(analysis: SessionAnalysis | null): void {
  const document = new JsonDocument("sessions", writeOut);
  const report = analysis?.report;
  if (report?.openRows && report.count > 0) {
    writeSessionRows(report.openRows(writeOutBytes), document.frame());
  } else {
    for (const session of report?.sessions ?? []) {
      document.addWithList(sessionToJson(session), "turns", jsonTurns(session.turns));
    }
  }
  document.end({
    cold_prefill_ms_per_token: report?.coldRate ?? null,
    hints: hintsToJson(analysis?.hints ?? []),
    log: analysis && logToJson(analysis.log),
  });
}

function* jsonTurns(turns: Iterable<Parameters<typeof turnToJson>[0]>): Generator<unknown> {
  for (const turn of turns) yield turnToJson(turn);
}

async function writeNdjson(analysis: SessionAnalysis | null): Promise<void> {
  const report = analysis?.report;
  if (report?.openRows) {
    writeSessionRows(report.openRows(writeOutBytes), lineFrame);
    return;
  }
  // Only here, as its package takes 8 ms to import.
  const { openNdjson } = await import("../lib/render/ndjson.ts");
  const lines = openNdjson(writeOut);
  for (const session of report?.sessions ?? []) {
    lines.addWithList(sessionToJson(session), "turns", jsonTurns(session.turns));
  }
}

function writeText(args: Arguments, analysis: SessionAnalysis | null, contextTokens: number): void {
  if (analysis === null || analysis.selected === 0) return;
  const [style, utc] = [styleFor(args), isOn(args, "utc")];
  const options = {
    style,
    utc,
    nowSeconds: nowSeconds(),
    contextTokens,
    chart: chartFor(args),
  };
  for (const text of renderSessionsText(analysis.report, options)) writeOut(text);
  const hints = renderHintsText(analysis.hints, style);
  if (hints !== "") writeOut(`\n${hints}`);
}
