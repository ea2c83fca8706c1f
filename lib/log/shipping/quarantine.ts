import { readdirSync, readFileSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../../error.ts";
import { writeDurably } from "./checkpoint.ts";
import { type Parcel, packRows, unpackRows } from "./parcel.ts";

const suffix = ".quarantine";
const newline = 10;

/**
 * Puts a parcel into a file beside the checkpoint, from where it is sent again by each later run; returns
 * the file's path. The first line says what it is, the others are rows as the server was given them.
 *
 * @throws AccessError if it cannot be written.
 */
export function putAside(checkpoint: string, parcel: Parcel, reason: string): string {
  const { events: _, range, ...about } = parcel;
  const place = `${about.generation}-${about.from}-${about.to}`;
  const path = `${checkpoint.replace(/\.json$/, "")}.${place}${suffix}`;
  const head = `${JSON.stringify({ ...about, reason })}\n${range}`;
  writeDurably(path, [Buffer.from(head), unpackRows(parcel)]);
  return path;
}

/**
 * The files that were put aside beside a checkpoint.
 *
 * @throws AccessError if the folder cannot be read.
 */
export function listAside(checkpoint: string): string[] {
  const [folder, begin] = [dirname(checkpoint), basename(checkpoint).replace(/\.json$/, ".")];
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(begin) && name.endsWith(suffix))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot read the folder ${folder}: ${reason}`, errorCode(error));
  }
}

/**
 * Reads a parcel that was put aside. Memory: all of it.
 *
 * @throws AccessError if it cannot be read, or is damaged.
 */
export function readAside(path: string): Parcel {
  try {
    const bytes = new Uint8Array(readFileSync(path));
    const first = bytes.indexOf(newline) + 1;
    const second = bytes.indexOf(newline, first) + 1;
    if (first === 0 || second === 0) throw new AccessError("it is damaged");
    const decoder = new TextDecoder();
    const about = JSON.parse(decoder.decode(bytes.subarray(0, first)));
    return {
      what: String(about.what),
      name: String(about.name),
      generation: String(about.generation),
      from: Number(about.from),
      to: Number(about.to),
      eventRows: Number(about.eventRows),
      range: decoder.decode(bytes.subarray(first, second)),
      events: packRows(bytes.subarray(second)),
    };
  } catch (error) {
    throw new AccessError(`Cannot read ${path}: ${describeSystemError(error)}`, errorCode(error));
  }
}

/** Removes what has been taken after all. */
export function forgetAside(path: string): void {
  unlinkSync(path);
}
