import type { RandomAccess } from "../../lib/log/descriptor_source.ts";
import { openSeekable } from "../../lib/log/seekable_log.ts";
import type { FindingWishes } from "../../lib/pipeline/findings.ts";
import type { Found } from "../../lib/pipeline/found.ts";
import type { PartOptions } from "../../lib/pipeline/part_reader.ts";
import { type LogPart, partsAt } from "../../lib/pipeline/plan_parts.ts";
import { readPart } from "../../lib/pipeline/read_part.ts";
import { concludeSummary } from "../../lib/pipeline/reading.ts";
import { scanParts } from "../../lib/pipeline/scan_parts.ts";
import { hintsToJson } from "../../lib/render/hints_json.ts";
import { logToJson, summaryToJson } from "../../lib/render/json.ts";
import { sessionToJson, turnToJson } from "../../lib/render/session_json.ts";
import { describeSessions } from "../../lib/session/describe_sessions.ts";
import { seededRandom } from "./events.ts";
import { lineStarts, linesOf } from "./parted_log.ts";

/** What was found in a log, and how many bytes of it progress was told of. */
export interface ToldFound extends Found {
  readonly told: number;
}

/** Reads parts of a log by readers of this thread; `meanwhile` is done once it is open. */
export async function readInParts(
  path: string,
  parts: readonly LogPart[],
  options: PartOptions,
  meanwhile: () => void = () => {},
): Promise<ToldFound> {
  const file = openSeekable([path]);
  if (file === null) throw new Error("no plain file");
  meanwhile();
  let told = 0;
  const add = (bytes: number) => {
    told += bytes;
    return null;
  };
  const progress = { isShown: false, begin() {}, leaveOut() {}, add, end() {} };
  const help = (part: LogPart) => helper(file, part, options, add);
  const found = await scanParts(file, parts, options, help, progress);
  file.close();
  return { ...found, told };
}

function helper(
  file: RandomAccess,
  part: LogPart,
  options: PartOptions,
  tell: (bytes: number) => null,
) {
  const one = {
    answer: readPart(file, part, options, {
      add(bytes: number) {
        one.told += bytes;
        return tell(bytes);
      },
    }),
    told: 0,
    failure: null,
    stop: () => {},
  };
  return one;
}

/** A log with disorder, odd lines, ids that come again and clocks that step, each in some measure by the seed. */
export function unsteadyLog(seed: number, events: number): Buffer {
  const shape = {
    seed,
    events,
    concurrency: [1, 3, 20][seed % 3] ?? 1,
    ids: [30, 400][seed % 2] ?? 30,
    stepMs: [50, 2_000, 60_000][seed % 3] ?? 50,
    disorderMs: [0, 500, 40_000][seed % 3] ?? 0,
    clockStepEvery: [0, 200][seed % 2] ?? 0,
    clockStepMs: 900_000,
  };
  return Buffer.from(linesOf(shape, [0, 10, 100][seed % 3] ?? 0).join(""));
}

/** So many parts of a log at any lines, each with a lead-in of any length, often none or the whole. */
export function anyParts(bytes: Uint8Array, count: number, seed: number): LogPart[] {
  const random = seededRandom(seed);
  const starts = lineStarts(bytes);
  const any = () => starts[Math.floor(random() * starts.length)] ?? 0;
  const cuts = [...new Set(Array.from({ length: count - 1 }, any))].sort((a, b) => a - b);
  return partsAt(cuts, (from) => {
    const earlier = starts.filter((start) => start <= from);
    const back = Math.floor(earlier.length * random() ** 2);
    return [from, 0, earlier.at(-1 - back) ?? 0][Math.floor(random() * 3)] ?? 0;
  });
}

/** All that can be said of what was found. */
export function tellFound({ findings, clocks, reading }: Found, of: FindingWishes["of"]): string {
  const { summary, evidence } = findings;
  const { summary: figures, hints } = concludeSummary(summary, evidence, { clocks });
  const { log, selected, searched } = reading;
  return JSON.stringify({
    summary: summaryToJson(figures),
    clocks,
    hints: hintsToJson(hints),
    log: logToJson(log),
    selected,
    searched,
    ...(of === "summary" ? {} : tellTurns(findings)),
    ...(of === "page" ? tellPlaces(findings) : {}),
  });
}

function tellTurns({ turns }: Found["findings"]) {
  const { sessions, ...rest } = describeSessions(turns.groups, 8_000);
  const told = Array.from(sessions, (session) => ({
    ...sessionToJson(session),
    turns: Array.from(session.turns, turnToJson),
  }));
  return { ...rest, sessions: told };
}

function tellPlaces({ turns, ledger, period }: Found["findings"]) {
  const places: unknown[] = [];
  turns.forEach(({ row }) => {
    const { row: _, ...place } = turns.placeOf(row);
    places.push(place);
  });
  return { ledger: ledger.read(), period, places };
}
