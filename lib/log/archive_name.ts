import { basename } from "node:path";

/** How an archive is packed. */
export type Packing = "gzip" | "zstd" | "none";

/** What a packing adds to an archive's name. */
export const packingSuffixes: Readonly<Record<Packing, string>> = {
  gzip: ".gz",
  zstd: ".zst",
  none: "",
};

/** The log as it was swapped out: the truth while it exists, whatever packed form lies beside it. */
export const rawSuffix = ".raw";
/** A packed form that is being written. */
export const temporarySuffix = ".tmp";
/** An empty log about to take the old one's place. */
export const freshSuffix = ".new";

/** What a file of an archive is. */
export type ArchiveRole = "archive" | "raw" | "temporary" | "fresh";

/** A file name that says that it belongs to an archive. */
export interface ArchiveName {
  /** What it takes over from the log's name: `latency` and `.log`. */
  readonly stem: string;
  readonly extension: string;
  /** Without the suffixes of packing and role: `latency-20251127T143005Z-0001.log`. */
  readonly base: string;
  /** When the log was rotated: `20251127T143005Z`. */
  readonly stamp: string;
  readonly sequence: number;
  readonly packing: Packing;
  readonly role: ArchiveRole;
}

const logExtensions = [".log", ".jsonl", ".ndjson"];
const maxSequence = 9_999;

/** The parts of a log's own name that its archives take over; `.log` is added where there is none. */
export function archiveNaming(logPath: string): {
  readonly stem: string;
  readonly extension: string;
} {
  const name = basename(logPath);
  const extension = logExtensions.find((known) => name.endsWith(known) && name !== known);
  return {
    stem: extension ? name.slice(0, -extension.length) : name,
    extension: extension ?? ".log",
  };
}

/** The manifest that lists a log's archives. */
export function manifestName(logPath: string): string {
  const { stem, extension } = archiveNaming(logPath);
  return `${stem}${extension === ".log" ? "" : extension}${manifestSuffix}`;
}

/** How the name of every manifest ends. */
export const manifestSuffix = ".manifest.ndjson";

const pattern =
  /^(.+)-(\d{8}T\d{6}Z)-(\d{4})(\.log|\.jsonl|\.ndjson)(?:(\.gz|\.zst)?(\.tmp)?|(\.raw|\.new))$/s;

/** Reads a file name as that of an archive of some log, or returns null. */
export function parseArchiveName(fileName: string): ArchiveName | null {
  const match = pattern.exec(fileName);
  if (match === null) return null;
  const [, stem = "", stamp = "", sequence = "", extension = "", packed, temporary, other] = match;
  if (secondsOfStamp(stamp) === null) return null;
  return {
    stem,
    extension,
    base: `${stem}-${stamp}-${sequence}${extension}`,
    stamp,
    sequence: Number(sequence),
    packing: packed === ".gz" ? "gzip" : packed === ".zst" ? "zstd" : "none",
    role: roleOf(temporary ?? other),
  };
}

function roleOf(suffix: string | undefined): ArchiveRole {
  if (suffix === rawSuffix) return "raw";
  if (suffix === freshSuffix) return "fresh";
  return suffix === temporarySuffix ? "temporary" : "archive";
}

/** Whether an archive's name is that of an archive of `logPath`. */
export function belongsTo(name: ArchiveName, logPath: string): boolean {
  const { stem, extension } = archiveNaming(logPath);
  return name.stem === stem && name.extension === extension;
}

/**
 * The base of the next archive. It sorts behind all that exist: when the second is taken, or the
 * clock has gone back, the newest second is kept and its number grows.
 */
export function nextArchiveBase(
  logPath: string,
  existing: readonly ArchiveName[],
  nowSeconds: number,
): string {
  const { stem, extension } = archiveNaming(logPath);
  let stamp = stampOf(nowSeconds);
  let sequence = 1;
  for (const name of existing) {
    if (name.stamp < stamp || (name.stamp === stamp && name.sequence < sequence)) continue;
    stamp = name.stamp;
    sequence = name.sequence + 1;
  }
  if (sequence > maxSequence) {
    stamp = stampOf((secondsOfStamp(stamp) ?? nowSeconds) + 1);
    sequence = 1;
  }
  return `${stem}-${stamp}-${String(sequence).padStart(4, "0")}${extension}`;
}

/** Oldest first; the order of the names. */
export function byAge(a: ArchiveName, b: ArchiveName): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  return a.sequence - b.sequence;
}

/** The Unix seconds that a stamp stands for; null if it is no date. */
export function secondsOfStamp(stamp: string): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(stamp);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

function stampOf(seconds: number): string {
  return `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}
