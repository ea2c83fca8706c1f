import type { ClickHouse } from "../lib/clickhouse/client.ts";
import type { ServerFacts } from "../lib/clickhouse/server_facts.ts";
import { type Shipment, shipLog } from "../lib/clickhouse/ship_log.ts";
import { escapeControls } from "../lib/escape.ts";
import { parseArchiveName } from "../lib/log/archive_name.ts";
import type { LogSource } from "../lib/log/open_logs.ts";
import { Checkpoint, checkpointPath } from "../lib/log/shipping/checkpoint.ts";
import type { Parcel } from "../lib/log/shipping/parcel.ts";
import { forgetAside, listAside, putAside, readAside } from "../lib/log/shipping/quarantine.ts";
import { logOf, openShippedLogs } from "../lib/log/shipping/shipped_logs.ts";
import { deliver } from "./_delivery.ts";
import { writeErrorLine } from "./_output.ts";
import type { RetryWorld } from "./_retry.ts";

/** What is shipped, and how. */
export interface ShipperOptions {
  /** Files, or none for the log and its archives. */
  readonly names: readonly string[];
  /** The log, if no files are named. */
  readonly logPath: string | null;
  readonly host: string;
  readonly maxLineBytes: number;
  readonly wholeLines: boolean;
  readonly isToStop: () => boolean;
  readonly world: RetryWorld;
}

/** An archive by what cannot be another's: neither names nor places on the disk alone are never given twice. */
function keyOf({ identity, name }: LogSource): string {
  return `${identity} ${name}`;
}

/** Ships logs, oldest first, and keeps a checkpoint beside each log for the server's address. */
export class Shipper {
  /** All that was shipped. */
  total: Shipment = { events: 0, ranges: 0, bytes: 0 };
  /** Something lies in quarantine. */
  isAnyAside = false;
  hasResent = false;

  readonly #server: ClickHouse;
  readonly #facts: ServerFacts;
  readonly #options: ShipperOptions;
  readonly #checkpoints = new Map<string, Checkpoint>();
  /** Archives that are shipped, by what they are known by; they do not change. */
  readonly #complete = new Set<string>();

  constructor(server: ClickHouse, facts: ServerFacts, options: ShipperOptions) {
    this.#server = server;
    this.#facts = facts;
    this.#options = options;
  }

  /**
   * Ships what is not known to be stored; returns all that was shipped until now.
   *
   * @throws AccessError if a log cannot be read, or the server does not take it.
   */
  async ship(): Promise<Shipment> {
    const { names, logPath } = this.#options;
    const sources = await openShippedLogs(names, logPath);
    const held = new Map(sources.filter(({ isHeld }) => isHeld).map((log) => [log, log.open()]));
    try {
      for (const source of sources) {
        if (this.#options.isToStop()) break;
        if (!this.#complete.has(keyOf(source))) await this.#shipOne(source);
      }
    } finally {
      for (const open of held.values()) open.close();
    }
    return this.total;
  }

  async #shipOne(source: LogSource): Promise<void> {
    const open = source.open();
    try {
      const checkpoint = this.#checkpointOf(this.#options.logPath ?? logOf(source.name));
      const { events, ranges, bytes } = await shipLog(open, checkpoint, {
        ...this.#options,
        deliver: (parcel) => this.#deliver(parcel, checkpoint),
      });
      const { total } = this;
      this.total = {
        events: total.events + events,
        ranges: total.ranges + ranges,
        bytes: total.bytes + bytes,
      };
    } finally {
      if (!source.isHeld) open.close();
    }
    const role = parseArchiveName(source.name.slice(source.name.lastIndexOf("/") + 1))?.role;
    if (role === "archive" && !this.#options.isToStop()) this.#complete.add(keyOf(source));
  }

  /**
   * Sends once more what earlier runs put aside; what is still not taken stays.
   *
   * @throws AccessError if it cannot be read, or the server takes nothing.
   */
  async resend(): Promise<void> {
    const { names, logPath } = this.#options;
    this.hasResent = true;
    const logs = logPath === null ? names.map(logOf) : [logPath];
    for (const log of new Set(logs)) {
      for (const path of listAside(checkpointPath(log, this.#server.address.text))) {
        const reason = await this.#send(readAside(path));
        if (reason === null) forgetAside(path);
        else this.#sayAside(path, reason);
      }
    }
  }

  async #deliver(parcel: Parcel, checkpoint: Checkpoint): Promise<void> {
    const reason = await this.#send(parcel);
    if (reason !== null) this.#sayAside(putAside(checkpoint.path, parcel, reason), reason);
  }

  #send(parcel: Parcel): Promise<string | null> {
    return deliver(this.#server, this.#facts, parcel, this.#options.world);
  }

  #sayAside(path: string, reason: string): void {
    this.isAnyAside = true;
    const why = `${this.#server.address.text} does not take it: ${reason}`;
    writeErrorLine(
      `timmy-latency: Put aside ${escapeControls(path)}, as ${why}; each run tries it again`,
    );
  }

  #checkpointOf(log: string): Checkpoint {
    const known = this.#checkpoints.get(log);
    if (known !== undefined) return known;
    const address = this.#server.address.text;
    const { host } = this.#options;
    const checkpoint = new Checkpoint(checkpointPath(log, address), { address, host });
    this.#checkpoints.set(log, checkpoint);
    if (checkpoint.distrust !== null) {
      const { path, distrust } = checkpoint;
      writeErrorLine(
        `timmy-latency: Cannot go on from ${path}: ${distrust}; all is shipped again, and counts once`,
      );
    }
    return checkpoint;
  }
}
