import budgetFileSchema from "../lib/judge/budget_file_schema.json" with { type: "json" };
import type { Damage } from "../lib/judge/judge_check.ts";
import { renderCheckGithub } from "../lib/render/check_github.ts";
import { renderCheckJson } from "../lib/render/check_json.ts";
import { renderCheckJunit } from "../lib/render/check_junit.ts";
import { renderCheckMarkdown } from "../lib/render/check_markdown.ts";
import { renderCheckText } from "../lib/render/check_text.ts";
import type { CheckReport } from "../lib/report/check_report.ts";
import type { LogReport } from "../lib/report/log_report.ts";
import { answerFromLog } from "./_answer.ts";
import { baselineOf, requireSavable, saveBaseline } from "./_baseline.ts";
import { printCalibration, printNames } from "./_check_asides.ts";
import { type Checked, checkLog } from "./_check_log.ts";
import { type CheckOptions, checkArguments, checkOptions } from "./_check_options.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { type Messages, messagesFor, styleFor, writeOut } from "./_output.ts";
import { readerArguments } from "./_reader.ts";

/** Where a judged log must be sound; other readers tolerate everything. */
const defaultMaxProblems = "5%";

/** `timmy-latency check`: may this be merged? */
export const command: Command = {
  meta: {
    name: "check",
    description: "CI gate: are budgets kept, is anything slower than it was?",
  },
  args: {
    ...readerArguments,
    "max-problems": {
      ...readerArguments["max-problems"],
      description: "exit 4 if more lines than that are no events (5%)",
    },
    ...checkArguments,
  },
  details: [
    "A limit is a name, a statistic, a relation and a value: 'llm.p50<1.5s', " +
      "'gap(v34_classification_complete→v34_retrieval_start).p90<100ms', 'problems<1%', " +
      "'cache.hit>80%'. Names are matched in lower case, everything but letters and digits as _, and -> " +
      "is as good as →; --list prints them. Statistics: n mean min p50 p90 p95 p99 max share.",
    "Exits with 0 if all is kept, 1 if a limit is breached, 6 if the log has too little to tell, which " +
      "never passes in silence. A regression is slower than the baseline by --min-change and by " +
      "--min-delta, and significantly so among all stages.",
    "Every byte of the log is validated. --format junit, markdown and github are for CI; github writes " +
      "annotations, ten at most.",
    "Memory: the requests that are still open, about half a megabyte for a baseline, and about 100 " +
      "bytes a turn where the prompt cache is asked about.",
  ],
  examples: [
    "timmy-latency check --budget 'voice_to_voice.p95<3s' --budget 'problems<1%'",
    "timmy-latency check head.log --baseline base.log --format markdown",
    "timmy-latency check main.log --save baseline.json",
    "timmy-latency check --baseline baseline.json --budgets budgets.json",
    "timmy-latency check --list",
    "timmy-latency check --print-schema > budgets.schema.json",
  ],
  formats: ["text", "json", "markdown", "junit", "github"],
  async run({ args: given }) {
    if (isOn(given, "print-schema")) {
      writeOut(`${JSON.stringify(budgetFileSchema, null, 2)}\n`);
      return exitCodes.fine;
    }
    const args = { "max-problems": defaultMaxProblems, ...given };
    const messages = messagesFor(args);
    const options = checkOptions(args);
    if (isOn(args, "list")) return printNames(args, messages);
    if (isOn(args, "calibrate")) return printCalibration(args, messages, options);
    return check(args, messages, options);
  },
};

async function check(
  args: Arguments,
  messages: Messages,
  options: CheckOptions,
): Promise<ExitCode> {
  const { save } = options;
  if (save !== null) requireSavable(save);
  let checked: Checked | null = null;
  const code = await answerFromLog(args, messages, {
    ofNothing: exitCodes.notEnough,
    read: async (reader) => {
      checked = await checkLog(args, reader, options);
      return checked;
    },
    end: async (result) => writeOut(render(args, result?.report ?? null, result?.log ?? null)),
    judge: ({ report, damages }) => codeOf(report, damages),
  });
  if (save !== null) await keep(save, checked, code, messages);
  return code;
}

function codeOf({ verdict }: CheckReport, damages: readonly Damage[]): ExitCode {
  if (damages.length > 0) return exitCodes.damaged;
  if (verdict === "pass") return exitCodes.fine;
  return verdict === "fail" ? exitCodes.no : exitCodes.notEnough;
}

/** Null if the log could not be read: what has a form must end properly all the same. */
function render(args: Arguments, report: CheckReport | null, log: LogReport | null): string {
  const format = textOf(args, "format");
  if (format === "json") return renderCheckJson(report, log);
  if (format === "junit") return renderCheckJunit(report);
  if (report === null) return "";
  if (format === "markdown") return renderCheckMarkdown(report);
  return format === "github" ? renderCheckGithub(report) : renderCheckText(report, styleFor(args));
}

/** Saves a baseline if nothing speaks against it: a regression must not become what is normal. */
async function keep(
  path: string,
  checked: Checked | null,
  code: ExitCode,
  messages: Messages,
): Promise<void> {
  if (code !== exitCodes.fine || !checked?.sample) {
    await messages.note(`Not saved, as the verdict is not pass: ${path}`);
    return;
  }
  saveBaseline(path, baselineOf(checked.measures, checked.sample));
  await messages.note(`Saved the baseline ${path}`);
}
