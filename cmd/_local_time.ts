/**
 * Local time by the C library. `Date` wakes a library of zones and calendars for it, which costs 4 ms
 * of a start that takes 9; the C library's own clockwork, which Python's writers use too, takes 0.4.
 */
import { formatIsoLocal, localCalendar } from "../lib/units/instant.ts";

/** `struct tm` as every 64-bit system lays it out: nine 32-bit fields first, 56 bytes in all. */
const structFields = 14;
/** Its seconds east of Greenwich, of which the lower half tells all. */
const offsetField = 10;

/**
 * Local time without offset, six decimals: the same text as `formatIsoLocal`, which is asked instead
 * where there is no such C library.
 */
export function formatIsoLocalFast(microseconds: number): string {
  const fields = localFields(microseconds / 1e6);
  if (fields === null) return formatIsoLocal(microseconds);
  const fraction = pad(((microseconds % 1e6) + 1e6) % 1e6, 6);
  return `${dateOf(fields)}T${timeOf(fields)}.${fraction}`;
}

/** Date and time of day for a person: the same texts as `localCalendar`, which is asked in doubt. */
export function localCalendarFast(seconds: number): readonly [date: string, time: string] {
  const fields = localFields(seconds);
  // A C library that does not know the zone takes UTC for it.
  if (fields === null || (fields[offsetField] === 0 && !isUtc(process.env["TZ"]))) {
    return localCalendar(seconds);
  }
  return [dateOf(fields), timeOf(fields)];
}

function isUtc(zone: string | undefined): boolean {
  return zone === undefined || /^(?::?(?:Etc\/)?UTC0?)?$/.test(zone);
}

/**
 * The one place of each C library: a name that the loader does not know would be looked up in the folder
 * where the user stands. Windows has none of them.
 */
const libraries: Readonly<Record<string, string>> = {
  darwin: "/usr/lib/libSystem.B.dylib",
  linux: "libc.so.6",
};

/** Fills `fields` with the `struct tm` of so many seconds; false if that fails. */
type ReadTime = (seconds: BigInt64Array, fields: Int32Array) => boolean;

let readTime: ReadTime | null | undefined;

/** `struct tm` of a moment; null if there is no such C library, or it has no answer. */
function localFields(seconds: number): Int32Array | null {
  readTime ??= openLibrary();
  const fields = new Int32Array(structFields);
  const whole = new BigInt64Array([BigInt(Math.floor(seconds))]);
  return readTime?.(whole, fields) ? fields : null;
}

function openLibrary(): ReadTime | null {
  const library = libraries[process.platform];
  if (library === undefined) return null;
  try {
    // Not imported, so that the package's bundle starts under Node, which has no such module.
    const ffi = process.getBuiltinModule("bun:ffi" as "ffi") as typeof import("bun:ffi");
    const localtime = { args: ["ptr", "ptr"], returns: "ptr" } as const;
    const { symbols } = ffi.dlopen(library, { localtime_r: localtime });
    return (seconds, fields) => symbols.localtime_r(ffi.ptr(seconds), ffi.ptr(fields)) !== null;
  } catch {
    return null;
  }
}

function dateOf([, , , day = 0, month = 0, year = 0]: Int32Array): string {
  return `${pad(year + 1900, 4)}-${pad(month + 1, 2)}-${pad(day, 2)}`;
}

function timeOf([second = 0, minute = 0, hour = 0]: Int32Array): string {
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
