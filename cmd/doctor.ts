import { AccessError } from "../lib/error.ts";
import { judgeEvents } from "../lib/judge/event_checks.ts";
import { judgePlace } from "../lib/judge/place_checks.ts";
import { inspectPlace } from "../lib/log/inspect_place.ts";
import { loadSystemCalls } from "../lib/log/system_calls.ts";
import { examineLog } from "../lib/pipeline.ts";
import { renderDoctorJson } from "../lib/render/doctor_json.ts";
import { renderDoctorText } from "../lib/render/doctor_text.ts";
import type { Check, PlaceReport } from "../lib/report/doctor_report.ts";
import { type Arguments, type Command, textOf } from "./_command.ts";
import { exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { styleFor, writeOut } from "./_output.ts";
import { nowSeconds, readerArguments, readerOptions } from "./_reader.ts";

const { idle, "max-line": maxLine } = readerArguments;

/** `timmy-latency doctor`: is the log all right, and are those who write it? */
export const command: Command = {
  meta: { name: "doctor", description: "is the log all right, and are those who write to it?" },
  args: {
    file: {
      type: "positional",
      required: false,
      repeatable: true,
      completes: "file",
      description: "further logs whose events count, such as the one of another system",
    },
    idle,
    "max-line": maxLine,
  },
  details: [
    "One line a check, ok, note or CARE, with advice below it. The place: path and why, writable, file " +
      "system, leases, lock, archives, space. The events: who wrote in the last hour, clocks that " +
      "disagree, effects before their causes, events newer than now, problems.",
    "Exits with 0 if all is well or only notes are made, 1 if something needs care, as where there is " +
      "no event yet, and 5 if the log cannot be read, or is absent and named by --log.",
    "Changes nothing: no writer waits, no lock is taken. To try a lease a file is made beside the log, " +
      "and has gone microseconds later.",
    "Memory: reads the log to its end and holds no more than the requests that are still open.",
  ],
  examples: [
    "timmy-latency doctor",
    "timmy-latency doctor /mnt/c/Users/me/timmy/latency.log",
    "timmy-latency doctor --format json | jq '.place, .events.clocks'",
  ],
  formats: ["text", "json"],
  async run({ args }) {
    const options = readerOptions(args);
    const userId = process.geteuid?.() ?? null;
    const place = await inspectPlace(locateFile(args), userId, await loadSystemCalls());
    const isReadable = place.kind === "file" && place.readRefusal === null;
    const names = [...(isReadable ? [place.log] : []), ...args._];
    let examined: Examined | null = null;
    try {
      if (names.length > 0) examined = await examineLog({ ...options, names }, nowSeconds);
    } catch (error) {
      // What was found out is said all the same.
      say(args, place, null);
      throw error;
    }
    const checks = say(args, place, examined);
    requireReadable(place);
    return checks.some(({ verdict }) => verdict === "care") ? exitCodes.no : exitCodes.fine;
  },
};

type Examined = Awaited<ReturnType<typeof examineLog>>;

/** Writes the report, and returns the checks that it is made of. */
function say(args: Arguments, place: PlaceReport, examined: Examined | null): readonly Check[] {
  const now = nowSeconds();
  const { count, unfinished } = place.archives ?? { count: 0, unfinished: [] };
  const archives = count + unfinished.length;
  const checks = [
    ...judgePlace(place, now),
    ...(examined === null ? [] : judgeEvents(examined.health, examined.log, archives, now)),
  ];
  if (textOf(args, "format") === "json") {
    writeOut(renderDoctorJson(checks, place, examined?.health ?? null, examined?.log ?? null));
  } else {
    writeOut(renderDoctorText(checks, styleFor(args)));
  }
  return checks;
}

/**
 * A log named by --log must be there, and every log must be readable.
 *
 * @throws AccessError
 */
function requireReadable({ log, rule, kind, readRefusal }: PlaceReport): void {
  const absent = kind === null && rule === "--log" ? "no such file or directory" : null;
  const reason = readRefusal ?? absent;
  if (reason !== null) throw new AccessError(`Cannot read the log ${log}: ${reason}`);
}
