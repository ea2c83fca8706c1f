import { basename } from "node:path";
import type { ClickHouse } from "../lib/clickhouse/client.ts";
import { sendCounts, sendEvents } from "../lib/clickhouse/parcel.ts";
import { requireTables } from "../lib/clickhouse/require_tables.ts";
import { askServerFacts, type ServerFacts } from "../lib/clickhouse/server_facts.ts";
import { type Shipment, shipLog } from "../lib/clickhouse/ship_log.ts";
import { AccessError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { parseArchiveName } from "../lib/log/archive_name.ts";
import type { LogSource } from "../lib/log/open_logs.ts";
import type { ReadProgress } from "../lib/log/read_progress.ts";
import { Checkpoint, checkpointPath } from "../lib/log/shipping/checkpoint.ts";
import type { Parcel } from "../lib/log/shipping/parcel.ts";
import { forgetAside, listAside, putAside, readAside } from "../lib/log/shipping/quarantine.ts";
import { logOf, openShippedLogs } from "../lib/log/shipping/shipped_logs.ts";
import { formatCount } from "../lib/units/count.ts";
import { insertUntilDone } from "./_insert.ts";
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
  readonly progress?: ReadProgress | undefined;
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

  readonly #server: ClickHouse;
  #facts: ServerFacts | null = null;
  readonly #options: ShipperOptions;
  readonly #checkpoints = new Map<string, Checkpoint>();
  /** Archives that are shipped, by what they are known by; they do not change. */
  readonly #complete = new Set<string>();

  constructor(server: ClickHouse, options: ShipperOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** The server has been asked what it can do. */
  get isReady(): boolean {
    return this.#facts !== null;
  }

  /**
   * Asks the server what it can do, once, and looks whether it has the tables.
   *
   * @throws ClickHouseError if not, or if it cannot be reached.
   */
  async prepare(): Promise<void> {
    await requireTables(this.#server);
    this.#facts = await askServerFacts(this.#server);
  }

  /**
   * Ships what is not known to be stored; returns all that was shipped until now.
   *
   * @throws AccessError if a log cannot be read, or the server does not take it.
   */
  async ship(): Promise<Shipment> {
    const { names, logPath, progress } = this.#options;
    const sources = await openShippedLogs(names, logPath, progress);
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
        delivery: {
          events: (parcel) => this.#sendOrPutAside(parcel, checkpoint),
          counts: (parcels) => this.#sendCounts(parcels),
        },
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
    const role = parseArchiveName(basename(source.name))?.role;
    if (role === "archive" && !this.#options.isToStop()) this.#complete.add(keyOf(source));
  }

  /**
   * Sends once more what earlier runs put aside; what is still not taken stays.
   *
   * @throws AccessError if it cannot be read, or the server takes nothing.
   */
  async resend(): Promise<void> {
    const { names, logPath } = this.#options;
    const logs = logPath === null ? names.map(logOf) : [logPath];
    for (const log of new Set(logs)) {
      for (const path of listAside(checkpointPath(log, this.#server.address.text))) {
        const parcel = readAside(path);
        const reason = await this.#sendEvents(parcel);
        if (reason !== null) this.#sayAside(path, reason);
        else {
          await this.#sendCounts([parcel]);
          forgetAside(path);
        }
      }
    }
  }

  async #sendOrPutAside(parcel: Parcel, checkpoint: Checkpoint): Promise<boolean> {
    const reason = await this.#sendEvents(parcel);
    if (reason !== null) this.#sayAside(putAside(checkpoint.path, parcel, reason), reason);
    return reason === null;
  }

  #sendEvents(parcel: Parcel): Promise<string | null> {
    const what = `${parcel.what} to ${this.#server.address.text}`;
    const send = () => sendEvents(this.#server, this.#factsNow(), parcel);
    return insertUntilDone(what, send, this.#options.world);
  }

  /** @throws AccessError also if the server will never take them: they are ours alone. */
  async #sendCounts(parcels: readonly Parcel[]): Promise<void> {
    const what = `the counts of ${formatCount(parcels.length, "range")} to ${this.#server.address.text}`;
    const send = () => sendCounts(this.#server, this.#factsNow(), parcels);
    const reason = await insertUntilDone(what, send, this.#options.world);
    if (reason !== null) throw new AccessError(`Cannot send ${what}: ${reason}`);
  }

  #factsNow(): ServerFacts {
    if (this.#facts === null) throw new Error("the server was not asked what it can do");
    return this.#facts;
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
