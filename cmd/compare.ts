import { compareLogs } from "../lib/judge/compare.ts";
import type { ReaderOptions, Reading } from "../lib/pipeline/reading.ts";
import type { Sampling } from "../lib/pipeline/sample_log.ts";
import { renderComparisonJson } from "../lib/render/comparison_json.ts";
import { renderComparisonMarkdown } from "../lib/render/comparison_markdown.ts";
import { renderComparisonText } from "../lib/render/comparison_text.ts";
import type { ComparisonReport, Sides } from "../lib/report/comparison_report.ts";
import { joinLogs } from "../lib/report/join_logs.ts";
import { answerFromLog } from "./_answer.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes, strongest } from "./_exit_codes.ts";
import { messagesFor, styleFor, writeErrorLine, writeOut } from "./_output.ts";
import { readerArguments } from "./_reader.ts";
import { doOverlap, readSides, sourcesOf, windowsOf } from "./_sides.ts";
import { requireOneOf } from "./_values.ts";
import type { Window } from "./_window.ts";

const failures = ["slower"] as const;

/** `timmy-latency compare`: did it help? */
export const command: Command = {
  meta: { name: "compare", description: "did it help? two sets of requests, stage by stage" },
  args: {
    ...readerArguments,
    file: {
      ...readerArguments.file,
      label: "BEFORE AFTER",
      description:
        "two FILEs: logs, archives, folders or quoted globs; one, or none, with --before and --after",
    },
    before: { type: "string", valueHint: "T..T", description: "one log: the time before" },
    after: { type: "string", valueHint: "T..T", description: "one log: the time after" },
    adjust: {
      type: "boolean",
      description: "also with prompt, answer and retrieved chunks held constant",
    },
    "fail-on": {
      type: "string",
      valueHint: "slower",
      values: failures,
      description: "exit 1 if a stage is slower, 6 if nothing can be told",
    },
  },
  details: [
    "Every figure, span and gap gets the difference of its medians with a 95 % interval, and a verdict: " +
      "faster, slower, same, or cannot tell with the number of requests that each side lacks. A " +
      "verdict takes into account how many stages there are. Fewer than 6 samples tell nothing.",
    "--adjust tells a faster program from an easier task: it holds prompt tokens, answer length and " +
      "retrieved chunks constant, and says how much of each difference they make.",
    "Memory: up to 10 000 samples a stage and side, 160 KB (480 KB with --adjust), for at most 516 " +
      "stages. Of longer series the medians are those of all samples, intervals and tests use 10 000 " +
      "drawn at random, the same in every run.",
  ],
  examples: [
    "timmy-latency compare before.log after.log",
    "timmy-latency compare before.log after.log --adjust --format markdown",
    "timmy-latency compare 'base/*.log' 'head/*.log' --fail-on slower",
    "timmy-latency compare --before 2d..1d --after 1d..",
  ],
  formats: ["text", "json", "markdown"],
  async run({ args }) {
    const failOn = textOf(args, "fail-on");
    if (failOn !== undefined) requireOneOf(failOn, "--fail-on", failures);
    const windows = windowsOf(args);
    const messages = messagesFor(args);
    if (windows !== null && doOverlap(windows)) {
      await messages.note("The two times overlap: requests of both make a change look smaller");
    }
    let found: Compared | null = null;
    const code = await answerFromLog(args, messages, {
      read: async (options) => {
        found = await compareSides(options, windows, isOn(args, "adjust"));
        return found;
      },
      end: async (result) => write(args, result),
    });
    return found === null ? code : conclude(args, found, code, failOn !== undefined);
  },
};

/** Both sides, read and compared; as a reading, what was read of both. */
interface Compared extends Reading {
  readonly sides: Sides<Sampling>;
  readonly report: ComparisonReport;
}

async function compareSides(
  options: ReaderOptions,
  windows: Sides<Window> | null,
  adjust: boolean,
): Promise<Compared> {
  const { before, after } = await readSides(options, windows, adjust);
  const log = windows === null ? joinLogs(before.log, after.log) : before.log;
  return {
    sides: { before, after },
    report: compareLogs(before.samples, after.samples),
    log,
    selected: before.selected + after.selected,
    searched: {
      requests: (before.searched.requests ?? 0) + (after.searched.requests ?? 0),
      oldestSeconds: before.searched.oldestSeconds ?? after.searched.oldestSeconds,
    },
    otherIds: [...new Set([...before.otherIds, ...after.otherIds])],
  };
}

/** Writes the whole answer; null if a log could not be read. */
function write(args: Arguments, compared: Compared | null): void {
  const format = textOf(args, "format");
  if (format === "json") {
    const { before, after } = compared?.sides ?? {};
    const logs = { before: before?.log ?? null, after: after?.log ?? null };
    writeOut(renderComparisonJson(compared?.report ?? null, logs));
  } else if (compared !== null && compared.selected > 0) {
    const { report } = compared;
    const sources = sourcesOf(args);
    writeOut(
      format === "markdown"
        ? renderComparisonMarkdown(report, sources)
        : renderComparisonText(report, sources, styleFor(args)),
    );
  }
}

/** The exit status of a comparison that was made; `code` is that of reading. */
function conclude(
  args: Arguments,
  { sides, report, selected }: Compared,
  code: ExitCode,
  isGate: boolean,
): ExitCode {
  // Without any request reading says 1, which a gate has a better word for.
  const codes: ExitCode[] = isGate && code === exitCodes.no ? [] : [code];
  for (const side of ["before", "after"] as const) {
    if (selected === 0 || sides[side].selected > 0) continue;
    writeErrorLine(
      `timmy-latency: No request ${side} the change to compare with: none of ${sourcesOf(args)[side]} fits`,
    );
    if (!isGate) codes.push(exitCodes.no);
  }
  if (isGate) codes.push(gateOn(report));
  return strongest(codes);
}

/** 1 if a stage is slower, 6 if not even one can be told; adjusted verdicts count before others. */
function gateOn({ figures, spans, gaps }: ComparisonReport): ExitCode {
  const verdicts = [...figures, ...spans, ...gaps].map(
    ({ comparison, adjusted }) => (adjusted ?? comparison)?.verdict ?? "cannot tell",
  );
  if (verdicts.includes("slower")) return exitCodes.no;
  return verdicts.every((verdict) => verdict === "cannot tell")
    ? exitCodes.notEnough
    : exitCodes.fine;
}
