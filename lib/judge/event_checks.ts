import { disagrees } from "../report/clock_report.ts";
import type { Check, ClockReport, EventHealthReport } from "../report/doctor_report.ts";
import type { LogReport } from "../report/log_report.ts";
import { formatCount } from "../units/count.ts";
import { formatAge, formatMilliseconds } from "../units/duration.ts";
import { describeOffset } from "../units/offset.ts";
import { advise, good } from "./place_checks.ts";

/** More than this part of what could go wrong, or of all lines, is more than a mishap. */
const tolerated = 0.05;
/** Names written out in one line. */
const maxListed = 8;

/**
 * What is to be said of the events, one line a check. `archives` is how many archives the log has: an
 * empty log beside them has just been rotated.
 */
export function judgeEvents(
  health: EventHealthReport,
  log: LogReport,
  archives: number,
  nowSeconds: number,
): Check[] {
  return [
    judgeCount(health, log, archives, nowSeconds),
    judgeWriters(health, nowSeconds),
    judgeClocks(health),
    judgeOrder(health.reversed),
    judgeFuture(health.future),
    judgeProblems(log),
  ];
}

function judgeCount(
  { lastSeconds }: EventHealthReport,
  log: LogReport,
  archives: number,
  nowSeconds: number,
): Check {
  const name = "events";
  if (log.events > 0) {
    const last =
      lastSeconds === null ? "" : `, the last ${formatAge(nowSeconds - lastSeconds)} ago`;
    const requests = formatCount(log.requests, "request");
    return good(name, `${formatCount(log.events, "event")} of ${requests}${last}`);
  }
  const way = "write one with: timmy-latency log $(timmy-latency id) stt stt_transcript_finalized";
  return archives > 0
    ? advise(name, "note", "none since the last rotation", `If services should be writing, ${way}`)
    : advise(name, "care", "none", `No event was ever logged here; ${way}`);
}

function judgeWriters({ writers }: EventHealthReport, nowSeconds: number): Check {
  const name = "last hour";
  if (writers.length === 0) {
    return advise(
      name,
      "note",
      "no writer",
      "If services run, compare the path they log to with this one",
    );
  }
  const each = writers.map(
    ({ service, events, lastSeconds }) =>
      `${service} ${formatCount(events, "event")} (${formatAge(nowSeconds - lastSeconds)} ago)`,
  );
  return good(name, list(each));
}

function judgeClocks({ clocks, offsets }: EventHealthReport): Check {
  if (clocks.length === 0) return good("clocks", "no disagreement seen");
  const known = offsets.flatMap((pair) => {
    const last = pair.stretches.findLast(disagrees);
    return last === undefined ? [] : [`; ${describeOffset(pair, last)}`];
  });
  return judgeConflicts(
    "clocks",
    clocks,
    "Events arrive before they are sent: the clocks of these services disagree by at least that " +
      `much${known.slice(0, maxListed).join("")}; synchronise them (on WSL: sudo hwclock -s)`,
  );
}

function judgeOrder(reversed: readonly ClockReport[]): Check {
  if (reversed.length === 0) return good("order", "every cause before its effect");
  return judgeConflicts(
    "order",
    reversed,
    "The end of these spans was logged with an earlier time than their start: a clock was set back " +
      "in between, or a service logs its events in the wrong order",
  );
}

function judgeConflicts(name: string, conflicts: readonly ClockReport[], advice: string): Check {
  const each = conflicts.map(
    (one) => `${one.name} ${one.n} of ${one.of}, median ${formatMilliseconds(one.medianMs)}`,
  );
  const isOften = conflicts.some(({ n, of }) => n > tolerated * of);
  return advise(name, isOften ? "care" : "note", list(each), advice);
}

function judgeFuture({ events, services, aheadSeconds }: EventHealthReport["future"]): Check {
  if (events === 0) return good("future", "no event is newer than now");
  const ahead = formatAge(Math.ceil(aheadSeconds));
  return advise(
    "future",
    "care",
    `${formatCount(events, "event")} of ${list(services)}, up to ${ahead} ahead`,
    "The clock of these services runs ahead of this machine's, or was set back since",
  );
}

function judgeProblems({ problems, lines, nulHoles, files }: LogReport): Check {
  const name = "problems";
  const kinds = Object.entries(problems.kinds).filter(([, count]) => count > 0);
  const found = kinds.map(([kind, count]) => `${count} ${kind}`);
  if (nulHoles > 0) found.push(`${formatCount(nulHoles, "hole")} of NUL bytes`);
  if (found.length === 0) return good(name, "none");
  const value = `${list(found)} in ${formatCount(lines, "line")}`;
  // The last line of each file may just be being written.
  const damaged = problems.total - Math.min(problems.kinds["torn tail"] ?? 0, files.length);
  if (damaged === 0 && nulHoles === 0) {
    return good(name, `${value}, as is normal while somebody writes`);
  }
  const way = "timmy-latency analyze --summary lists the first ones";
  return damaged > tolerated * lines
    ? advise(name, "care", value, `Over 5 % of the lines are no events; ${way}`)
    : advise(name, "note", value, `These lines are passed over; ${way}`);
}

function list(texts: readonly string[]): string {
  const more = texts.length - maxListed;
  const shown = texts.slice(0, maxListed).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
