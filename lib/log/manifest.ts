import { closeSync, constants, fsyncSync, openSync, readFileSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import { temporarySuffix } from "./archive_name.ts";
import { createLike, type Likeness, removeIfThere, syncFolder, writeWhole } from "./durable.ts";

/** The layout of a manifest's lines. */
const schema = 1;

/** What is known of an archive without reading it. */
export interface ArchiveEntry {
  /** The archive's file name. */
  readonly archive: string;
  /** The log it was part of: its name where it lies in the same folder, else its path. */
  readonly log: string;
  readonly events: number;
  readonly problems: number;
  /** The lowest and the highest timestamp in it, Unix seconds; null without an event. */
  readonly first: number | null;
  readonly last: number | null;
  /** Size after unpacking. */
  readonly bytes: number;
  /** Size of the file. */
  readonly size: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** How large a raw archive was when a run left it; told by a file system that has no leases. */
export interface PendingEntry {
  readonly pending: string;
  readonly log: string;
  readonly bytes: number;
  /** When that size was first seen, Unix seconds. */
  readonly seen: number;
}

/** The facts about the archives of a folder, by file name. */
export interface Manifest {
  readonly archives: Map<string, ArchiveEntry>;
  readonly pending: Map<string, PendingEntry>;
}

/**
 * Reads a manifest; one that is absent is empty. Lines that are no entries are passed over: the
 * manifest only saves work, and what it does not say is found out again from the archives.
 *
 * @throws AccessError if it is there and cannot be read, or is a symbolic link.
 */
export function readManifest(path: string): Manifest {
  const manifest: Manifest = { archives: new Map(), pending: new Map() };
  for (const line of readText(path).split("\n")) {
    const entry = parseEntry(line);
    if (entry === null) continue;
    if ("archive" in entry) manifest.archives.set(entry.archive, entry);
    else manifest.pending.set(entry.pending, entry);
  }
  return manifest;
}

function readText(path: string): string {
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const descriptor = openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
    try {
      return readFileSync(descriptor, "utf8");
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw manifestError("read", path, error);
  }
}

function parseEntry(line: string): ArchiveEntry | PendingEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (isArchiveEntry(value)) return value;
  return isPendingEntry(value) ? value : null;
}

function isArchiveEntry(value: unknown): value is ArchiveEntry {
  if (!isRecord(value)) return false;
  const hasTimes = [value["first"], value["last"]].every((time) => time === null || isNumber(time));
  const hasCounts = ["events", "problems", "bytes", "size"].every((name) => isCount(value[name]));
  const hasTexts = ["archive", "log", "sha256"].every((name) => typeof value[name] === "string");
  return hasTimes && hasCounts && hasTexts;
}

function isPendingEntry(value: unknown): value is PendingEntry {
  if (!isRecord(value)) return false;
  const hasTexts = ["pending", "log"].every((name) => typeof value[name] === "string");
  return hasTexts && isCount(value["bytes"]) && isNumber(value["seen"]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Reflect.get(value, "schema") === schema;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}

/** What a manifest looks like on disk: one line an archive, sorted by name. */
export function encodeManifest(manifest: Manifest): string {
  const entries = [...manifest.archives.values(), ...manifest.pending.values()];
  const keyed = entries.map(
    (entry) => ["archive" in entry ? entry.archive : entry.pending, entry] as const,
  );
  keyed.sort(([a], [b]) => (a < b ? -1 : 1));
  return keyed.map(([, entry]) => `${JSON.stringify({ ...entry, schema })}\n`).join("");
}

/**
 * Replaces a manifest in one step, safe against a power cut; does nothing if it says the same already.
 * The caller holds the log's lock.
 *
 * @throws AccessError if it cannot be written; then the old one stands.
 */
export function writeManifest(path: string, manifest: Manifest, like: Likeness): void {
  const text = encodeManifest(manifest);
  if (text === encodeManifest(readManifest(path))) return;
  const temporary = `${path}${temporarySuffix}`;
  try {
    // A leftover of a run that was killed here.
    removeIfThere(temporary);
    const descriptor = createLike(temporary, like);
    try {
      writeWhole(descriptor, Buffer.from(text));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    try {
      removeIfThere(temporary);
    } catch {}
    throw manifestError("write", path, error);
  }
}

function manifestError(action: string, path: string, error: unknown): AccessError {
  const reason = describeSystemError(error);
  return new AccessError(`Cannot ${action} the manifest ${path}: ${reason}`, errorCode(error));
}
