import { AccessError } from "../lib/error.ts";
import { escapeControls, quote } from "../lib/escape.ts";
import type { ReaderOptions, Reading } from "../lib/pipeline/reading.ts";
import { minPrefixLength } from "../lib/request/select.ts";
import { formatCount } from "../lib/units/count.ts";
import { formatClock } from "../lib/units/instant.ts";
import { formatSize } from "../lib/units/size.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes, strongest } from "./_exit_codes.ts";
import { localCalendarFast } from "./_local_time.ts";
import { missingDefaultLog, noEventYet } from "./_no_event.ts";
import { type Messages, writeErrorLine } from "./_output.ts";
import { ProgressLine } from "./_progress.ts";
import { nowSeconds, readerOptions, reportProblems, reportThreads } from "./_reader.ts";
import { requireTolerance } from "./_values.ts";

/** An answer drawn from the log: how to find it, and how to finish writing it. */
export interface Answer<Result extends Reading> {
  read(options: ReaderOptions): Promise<Result>;
  /** Ends what is on stdout properly; null if the log could not be read. */
  end(result: Result | null): Promise<void>;
  /** The status that the answer itself means; absent: fine. */
  judge?(result: Result): ExitCode;
  /** The status where there is no request to draw it from; absent: 1. */
  readonly ofNothing?: ExitCode;
}

/**
 * Draws an answer from the log, says on stderr what does not belong into the data, and finds the exit
 * code. What is on stdout is a whole document also if there is no log, no event or no match, and if
 * reading fails.
 *
 * @throws UsageError for an option that makes no sense, before anything is read or written.
 * @throws AccessError if a file cannot be opened or read, or stdout takes no more.
 */
export async function answerFromLog<Result extends Reading>(
  args: Arguments,
  messages: Messages,
  answer: Answer<Result>,
): Promise<ExitCode> {
  const limit = textOf(args, "max-problems");
  if (limit !== undefined) requireTolerance(limit, "--max-problems");
  const options = await endingOnFailure(answer, () => readerOptions(args));
  const missing = missingDefaultLog(args);
  if (missing !== null) {
    await answer.end(await endingOnFailure(answer, () => answer.read({ ...options, names: [] })));
    writeErrorLine(`timmy-latency: ${missing}`);
    return answer.ofNothing ?? exitCodes.no;
  }
  const progress = new ProgressLine(args, options.names);
  const result = await endingOnFailure(answer, async () => {
    try {
      return await answer.read({ ...options, progress });
    } finally {
      progress.end();
    }
  });
  await answer.end(result);
  const codes = [
    ...(await conclude(args, result, messages, answer.ofNothing ?? exitCodes.no)),
    ...(answer.judge === undefined ? [] : [answer.judge(result)]),
  ];
  return strongest(codes);
}

/** Does a part of the work; should it fail for want of the log, a JSON document is still ended properly. */
async function endingOnFailure<Result extends Reading, Value>(
  answer: Answer<Result>,
  work: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccessError) await answer.end(null);
    throw error;
  }
}

/** Says on stderr what the log lacks; returns the statuses that this means. */
async function conclude(
  args: Arguments,
  reading: Reading,
  messages: Messages,
  ofNothing: ExitCode,
): Promise<readonly ExitCode[]> {
  const isDamaged = await reportProblems(args, reading.log, messages);
  await reportThreads(reading, messages);
  if (isDamaged) {
    const found = formatCount(reading.log.problems.total, "problem");
    const lines = formatCount(reading.log.lines, "line");
    const limit = textOf(args, "max-problems");
    writeErrorLine(
      `timmy-latency: The log is damaged: ${found} in ${lines}, --max-problems tolerates ${limit}`,
    );
  }
  const codes: ExitCode[] = isDamaged ? [exitCodes.damaged] : [];
  if (reading.selected === 0) {
    writeErrorLine(`timmy-latency: ${whyNothing(args, reading)}`);
    codes.push(ofNothing);
  }
  await noteMatches(args, reading, messages);
  return codes;
}

function whyNothing(args: Arguments, { log, searched }: Reading): string {
  const wanted = textOf(args, "request");
  if (log.events === 0 && log.problems.total === 0 && log.scope === "whole") {
    return noEventYet(args);
  }
  if (log.events === 0 && log.scope === "whole")
    return `No line of the log is an event: ${formatCount(log.problems.total, "problem")} met`;
  if (wanted === undefined) {
    const where = log.scope === "whole" ? "in the log" : "in the part of the log that was read";
    return `No request fits the options given, of ${formatCount(log.requests, "request")} ${where}`;
  }
  const short = wanted.length < minPrefixLength;
  const hint = short ? `; a prefix needs ${minPrefixLength} characters` : "";
  const { requests } = searched;
  const among = requests === null ? `in ${formatSize(log.bytesRead)}` : `among the ${requests}`;
  return `No request ${quote(wanted)} ${among} searched${hint}`;
}

/** With `--request`: how far back was looked, and what else the prefix could have meant. */
async function noteMatches(args: Arguments, reading: Reading, messages: Messages): Promise<void> {
  const wanted = textOf(args, "request");
  const { requests, oldestSeconds } = reading.searched;
  if (wanted === undefined || oldestSeconds === null) return;
  const back = formatClock(oldestSeconds, nowSeconds(), isOn(args, "utc"), localCalendarFast);
  const which = isOn(args, "all") ? "Every match" : "The newest match";
  if (reading.selected > 0) {
    const { bytes, bytesRead } = reading.log;
    const among =
      requests === null
        ? `in the last ${formatSize(bytesRead)} of ${formatSize(bytes)}`
        : `of ${formatCount(requests, "request")}`;
    await messages.note(`${which} ${among}, looking back to ${back}`);
  }
  if (reading.otherIds.length > 0) {
    const ids = reading.otherIds.map(escapeControls);
    const listed = ids.slice(0, 10).join(", ");
    const more = ids.length > 10 ? ` and ${ids.length - 10} more` : "";
    await messages.note(`Other ids begin with ${quote(wanted)}: ${listed}${more}`);
  }
}
