import type { ClickHouseError } from "./server_error.ts";

/**
 * What a failed insert means. `later`: it may be stored or not, and can be sent again. `poison`: the server
 * will never take these rows, and others it may. `stop`: it will not take any.
 */
export type InsertVerdict = "later" | "poison" | "stop";

/** Statuses that ask to come again. */
const later = [408, 425, 429, 502, 503, 504];
/** Statuses that have nothing to do with what was sent. */
const stop = [401, 402, 403, 404, 405, 407, 421, 426, 451];

/** Exceptions over the rows themselves: syntax, types, ranges of values. */
const ofRows = [
  6, 25, 26, 27, 28, 33, 34, 35, 38, 40, 41, 53, 69, 70, 72, 117, 128, 130, 131, 321, 349, 467,
];
/** Exceptions over who asks, or over tables: databases, names, rights, settings, syntax of the SQL. */
const ofTables = [16, 36, 46, 47, 60, 62, 81, 115, 164, 192, 193, 194, 291, 497, 516];

/** Judges why an insert failed: by the exception, where ClickHouse names one, else by the status. */
export function judgeInsert({ status, exception, isPassing }: ClickHouseError): InsertVerdict {
  if (status === null) return isPassing ? "later" : "stop";
  if (later.includes(status)) return "later";
  if (exception !== null && ofRows.includes(exception)) return "poison";
  if (exception !== null && ofTables.includes(exception)) return "stop";
  if (stop.includes(status)) return "stop";
  if (status >= 400 && status < 500) return "poison";
  // Its memory, disk, parts, replicas or keeper: all may be well again.
  return status >= 500 ? "later" : "stop";
}
