import type { ClickHouse } from "./client.ts";
import type { EventPlace } from "./event_place.ts";

/** More different events than that are named in full in every request. */
const mostNumbered = 2_048;

const pairHash = "cityHash64(service,'\\0',event)";

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
    const isShort = rows.length > 0 && rows.length <= mostNumbered;
    this.isNumbered = isShort && new Set(hashes).size === hashes.length;
    this.#pairs = rows.map(({ service, event }) => ({ service, name: event }));
    const keys = hashes.map((hash) => `toUInt64(${hash})`).join(",");
    const numbers = hashes.map((_, index) => index + 1).join(",");
    this.sql = this.isNumbered
      ? `toUInt16(transform(${pairHash},[${keys}],[${numbers}],0))`
      : "concat(toString(length(service)),' ',service,event)";
  }

  /** No numbers: for answers of few requests, which are had in less time than a list of all events. */
  static readonly none = new PairNumbers([]);

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
    const [length = ""] = told.split(" ", 1);
    const both = Buffer.from(told.slice(length.length + 1));
    const service = both.subarray(0, Number(length)).toString();
    return { service, name: both.subarray(Number(length)).toString() };
  }
}
