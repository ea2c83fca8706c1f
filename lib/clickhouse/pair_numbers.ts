import type { ClickHouse } from "./client.ts";
import type { EventPlace } from "./event_place.ts";

/** More different events than that are named in full in every request. */
const mostNumbered = 2_048;

/** Service and name of an event. */
export interface AskedPair {
  readonly service: string;
  readonly name: string;
}

interface PairRow {
  readonly service: string;
  readonly event: string;
  readonly hash: string;
}

/** Short numbers for services and names of events, so that answers need not repeat them. */
export class PairNumbers {
  readonly #pairs: readonly AskedPair[];
  /** SQL for the number of a row's event, or for its service and name in one text. */
  readonly sql: string;
  /** Whether every event has a number, from 1 on. */
  readonly isNumbered: boolean;

  private constructor(rows: readonly PairRow[]) {
    const hashes = rows.map(({ hash }) => hash);
    this.isNumbered = rows.length <= mostNumbered && new Set(hashes).size === hashes.length;
    this.#pairs = rows.map(({ service, event }) => ({ service, name: event }));
    const keys = hashes.map((hash) => `toUInt64(${hash})`).join(",");
    const numbers = hashes.map((_, index) => index + 1).join(",");
    this.sql =
      this.isNumbered && rows.length > 0
        ? `toUInt16(transform(${pairHash},[${keys}],[${numbers}],0))`
        : "concat(service,'\\0',event)";
  }

  /**
   * Asks which events there are.
   *
   * @throws ClickHouseError if the server cannot be asked.
   */
  static async ask(server: ClickHouse, { table }: EventPlace): Promise<PairNumbers> {
    const rows: PairRow[] = [];
    const sql =
      `SELECT service, event, toString(${pairHash}) AS hash FROM ${table} GROUP BY service, event ` +
      `ORDER BY service, event LIMIT ${mostNumbered + 1} FORMAT JSONEachRow`;
    for await (const row of server.rows<PairRow>({ sql })) rows.push(row);
    return new PairNumbers(rows);
  }

  /** What a number, or a text, of an answer stands for; null for what was not there when it was asked. */
  pairOf(told: number | string): AskedPair | null {
    if (typeof told === "number") return this.#pairs[told - 1] ?? null;
    const [service = "", ...name] = told.split("\0");
    return { service, name: name.join("\0") };
  }
}

const pairHash = "cityHash64(service,'\\0',event)";
