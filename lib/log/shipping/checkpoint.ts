import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../../error.ts";
import { removeIfThere, syncFolder, writeWhole } from "../rotation/durable.ts";

/** What is known to be stored of one generation of a log. */
export interface Shipped {
  /** Where its last range begins. */
  readonly start: number;
  /** Behind its last whole line, and the hash of the last range up to there. */
  readonly end: number;
  readonly hash: string;
  /** How far it had been read: an unended line may lie behind `end`. */
  readonly size: number;
  /** All of it is stored, and it will not grow. */
  readonly isComplete: boolean;
}

/** Whose events a checkpoint tells of, and where they were sent. */
export interface ShippingTarget {
  readonly address: string;
  readonly host: string;
}

const schema = 1;
/** Entries of archives that are long gone need not be kept. */
const mostGenerations = 1_000;
const mode = 0o640;
const idDigits = 8;

/** Where the checkpoint of a log lies for an address: beside it, `latency.log.shipped-1a2b3c4d.json`. */
export function checkpointPath(logPath: string, address: string): string {
  const id = createHash("sha256").update(address).digest("hex").slice(0, idDigits);
  return `${logPath}${checkpointInfix}${id}.json`;
}

/** What comes behind a log's name in the name of each of its checkpoints. */
export const checkpointInfix = ".shipped-";

/**
 * What of a log has been stored at an address. It only saves work: whoever ships again what has been
 * shipped already changes no answer, so one that is missing, damaged or of another host counts as empty.
 *
 * Written durably: a crash at any moment leaves the one before or the one after.
 */
export class Checkpoint {
  readonly path: string;
  /** Why an existing one counts as empty; null if it does not. */
  readonly distrust: string | null;

  readonly #target: ShippingTarget;
  readonly #generations: Map<string, Shipped>;

  /** @throws AccessError if it is there but cannot be read. */
  constructor(path: string, target: ShippingTarget) {
    this.path = path;
    this.#target = target;
    const text = readIfThere(path);
    const read = text === null ? { generations: new Map() } : parseCheckpoint(text);
    const isOther = read !== null && "host" in read && read.host !== target.host;
    this.distrust = read === null ? "it is damaged" : isOther ? `it is of ${read.host}` : null;
    this.#generations = this.distrust === null && read !== null ? read.generations : new Map();
  }

  /** What is known of a generation, or null. */
  find(generation: string): Shipped | null {
    return this.#generations.get(generation) ?? null;
  }

  /**
   * Notes what is stored of a generation.
   *
   * @throws AccessError if it cannot be written.
   */
  note(generation: string, shipped: Shipped): void {
    this.#generations.delete(generation);
    this.#generations.set(generation, shipped);
    for (const oldest of this.#generations.keys()) {
      if (this.#generations.size <= mostGenerations) break;
      this.#generations.delete(oldest);
    }
    const generations = Object.fromEntries(this.#generations);
    writeDurably(this.path, `${JSON.stringify({ schema, ...this.#target, generations })}\n`);
  }
}

/**
 * The generations that a checkpoint holds to be stored whole; none if it cannot be believed.
 *
 * @throws AccessError if it is there but cannot be read.
 */
export function completeGenerations(path: string): ReadonlySet<string> {
  const entries = parseCheckpoint(readIfThere(path) ?? "")?.generations ?? new Map();
  return new Set([...entries].filter(([, { isComplete }]) => isComplete).map(([name]) => name));
}

/**
 * Replaces a file in one step that survives a power cut.
 *
 * @throws AccessError if it cannot be written.
 */
export function writeDurably(path: string, content: string | readonly Uint8Array[]): void {
  const temporary = `${path}.tmp`;
  try {
    removeIfThere(temporary);
    const descriptor = openSync(temporary, "wx", mode);
    try {
      const parts = typeof content === "string" ? [Buffer.from(content)] : content;
      for (const part of parts) writeWhole(descriptor, part);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw new AccessError(`Cannot write ${path}: ${describeSystemError(error)}`, errorCode(error));
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw new AccessError(`Cannot read ${path}: ${describeSystemError(error)}`, errorCode(error));
  }
}

/** Null for what no run of this version has written. */
function parseCheckpoint(
  text: string,
): { readonly host: string; readonly generations: Map<string, Shipped> } | null {
  try {
    const value = JSON.parse(text);
    if (value.schema !== schema || typeof value.host !== "string") return null;
    const entries = Object.entries(value.generations as Record<string, Shipped>);
    const isSound = entries.every(([generation, shipped]) => {
      const places = [shipped.start, shipped.end, shipped.size];
      return (
        /^[0-9a-f]{32}$/.test(generation) &&
        /^[0-9a-f]{32}$/.test(shipped.hash) &&
        typeof shipped.isComplete === "boolean" &&
        places.every((place) => Number.isSafeInteger(place) && place >= 0) &&
        shipped.start <= shipped.end &&
        shipped.end <= shipped.size
      );
    });
    return isSound ? { host: value.host, generations: new Map(entries) } : null;
  } catch {
    return null;
  }
}
