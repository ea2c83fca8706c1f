import { joinReports } from "../log/join_reports.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import { joinClocks } from "../request/join_clocks.ts";
import type { PartCounts, PartReader } from "./part_reader.ts";
import type { PartAnswer } from "./read_part.ts";

/**
 * All parts together may take so much room for names: far below what one reader has, so that it could
 * not have run out of it.
 */
const mostNames = 8_192;
const mostNameBytes = 512 * 1024;

/** What parts of a log that follow one another tell together. */
export interface JoinedParts {
  readonly counts: PartCounts;
  readonly clocks: readonly ClockPairReport[];
}

/**
 * Looks whether the answers for parts go on where a reader stands, and mean what it would have found in
 * them. Then they are merged into what it has found, and the reading is over; it must not have been ended
 * before. Otherwise nothing is merged, and a text says why not.
 */
export function joinParts(
  reader: PartReader,
  answers: readonly (PartAnswer | null)[],
): JoinedParts | string {
  const known = answers.filter((answer) => answer !== null);
  if (known.length < answers.length) return "the order of its requests matters";
  let state = reader.fingerprint();
  for (const { start, end } of known) {
    if (start !== state) return "a request had begun long before a part of it";
    state = end;
  }
  const { findings } = reader;
  const others = known.map(({ found }) => found);
  const clocks = joinClocks([findings.readClocks(), ...others.map((other) => other.clocks)]);
  if (clocks === null) return "a clock was set";
  if (!findings.isOrderFreeWith(others) || !haveRoom(reader, known)) return "it has too many names";
  findings.end(others);
  return { counts: joinCounts([reader.counts(), ...known]), clocks };
}

/** Whether one reader would have had room for the names of all parts. */
function haveRoom(reader: PartReader, answers: readonly PartAnswer[]): boolean {
  const uses = [reader.nameUse, ...answers.map(({ names }) => names)];
  const sum = (of: (use: PartReader["nameUse"]) => number) =>
    uses.reduce((total, use) => total + of(use), 0);
  return (
    sum(({ met }) => met) <= mostNames &&
    sum(({ named }) => named) <= mostNames &&
    sum(({ bytes }) => bytes) <= mostNameBytes
  );
}

function joinCounts(parts: readonly PartCounts[]): PartCounts {
  const sum = (of: (part: PartCounts) => number) =>
    parts.reduce((total, part) => total + of(part), 0);
  return {
    report: joinReports(parts.map(({ report }) => report)),
    requests: sum(({ requests }) => requests),
    closedEarly: sum(({ closedEarly }) => closedEarly),
  };
}
