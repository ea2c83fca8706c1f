import { UsageError } from "../error.ts";
import { quote } from "../escape.ts";
import { parseDuration } from "./duration.ts";

const isoDate =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Parses a moment as people write it, to Unix seconds: epoch seconds with point or comma
 * (`$EPOCHREALTIME` uses the locale's), ISO 8601 (without offset: the process's zone), or an age back
 * from `nowSeconds` (`90s`, `2h`, `-250ms`). Returns null for anything else.
 */
export function parseInstant(text: string, nowSeconds: number): number | null {
  if (/^-?\d+(?:[.,]\d+)?$/.test(text)) return Number(text.replace(",", "."));
  const age = parseDuration(text.startsWith("-") ? text.slice(1) : text);
  if (age !== null) return nowSeconds - age;
  const match = isoDate.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone] =
    match;
  // A date without a time is midnight of the reader's zone, where ECMAScript would take UTC.
  const offset = zone === undefined ? "" : zone.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  if (Number.isNaN(whole) || Number(day) > daysIn(Number(year), Number(month))) return null;
  return whole / 1000 + Number(`0.${fraction || "0"}`);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The calendar of ECMAScript ends 100 million days from 1970. */
const calendarSeconds = 8.64e12;

/** Like `parseInstant`, but throws a UsageError that names `option`, also beyond the calendar. */
export function requireInstant(text: string, option: string, nowSeconds: number): number {
  const seconds = parseInstant(text, nowSeconds);
  if (seconds !== null && Math.abs(seconds) <= calendarSeconds) return seconds;
  if (seconds !== null) {
    throw new UsageError(`Cannot use ${quote(text)} for ${option}: it lies beyond the calendar`);
  }
  throw new UsageError(
    `Cannot use ${quote(text)} for ${option}: write epoch seconds, 2025-11-27T14:30:05 or an age such as 15m`,
  );
}

/** The last day of the year 9999, in every zone. */
const endOfWrittenSeconds = 253_402_214_400;

/** Whether a moment can be written as an event's: it lies after 1970, and its year has four digits. */
export function isWritable(seconds: number): boolean {
  return seconds >= 0 && seconds < endOfWrittenSeconds;
}

/** Local time without offset, six decimals: what writers put into `iso_time`. */
export function formatIsoLocal(microseconds: number): string {
  const date = new Date(Math.floor(microseconds / 1000));
  const fraction = String(((microseconds % 1e6) + 1e6) % 1e6).padStart(6, "0");
  return `${dateOf(date)}T${timeOf(date)}.${fraction}`;
}

/** Date (`2025-11-27`) and time of day (`14:30:05`) of a moment of the calendar, Unix seconds. */
export type Calendar = (seconds: number) => readonly [date: string, time: string];

/**
 * The clock time of a moment for a person: `14:30:05`, with the date before it when that is not the
 * date of `nowSeconds`. `utc` reads both in UTC, else in the process's zone by `local`. A moment beyond
 * the calendar is printed as its seconds.
 */
export function formatClock(
  seconds: number,
  nowSeconds: number,
  utc: boolean,
  local: Calendar = localCalendar,
): string {
  const isInCalendar = (moment: number) => Math.abs(moment) <= calendarSeconds;
  if (!isInCalendar(seconds)) return `${seconds} s after 1970`;
  const calendar = utc ? utcCalendar : local;
  const [date, time] = calendar(seconds);
  const [today] = isInCalendar(nowSeconds) ? calendar(nowSeconds) : [];
  return date === today ? time : `${date} ${time}`;
}

/** The calendar of the process's zone. The first use of it costs 4 ms. */
export function localCalendar(seconds: number): readonly [date: string, time: string] {
  const date = new Date(seconds * 1000);
  return [dateOf(date), timeOf(date)];
}

function utcCalendar(seconds: number): readonly [date: string, time: string] {
  const [day = "", time = ""] = new Date(seconds * 1000).toISOString().split("T");
  return [day, time.slice(0, 8)];
}

function dateOf(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, "0");
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function timeOf(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
