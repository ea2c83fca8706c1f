import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, type Run, run } from "./binary.ts";
import type { TestServer } from "./clickhouse.ts";

/** A log in a folder of its own, and the words to ship it; removed when the test is over. */
export interface ShippedLog extends Disposable {
  readonly folder: string;
  readonly path: string;
  /** `export --to` the server, with `--log` unless other words say otherwise. */
  ship(host: string, ...args: readonly string[]): Promise<Run>;
  /** Starts it without waiting for its end. */
  start(host: string, ...args: readonly string[]): Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** The files beside the log that shipping has made. */
  helpers(): string[];
}

let databases = 0;

/** Makes a log, and a database of its own for it. */
export async function shippedLog(
  server: TestServer,
  text: string | Uint8Array,
): Promise<ShippedLog & { readonly database: string }> {
  const folder = mkdtempSync(join(tmpdir(), "timmy-latency-"));
  const path = join(folder, "latency.log");
  writeFileSync(path, text);
  databases++;
  const database = `test_${databases}`;
  const wordsOf = (host: string, args: readonly string[]) => [
    "export",
    "--to",
    `clickhouse://${host}/${database}`,
    "--host",
    "booth",
    ...args,
    "--log",
    path,
  ];
  const init = await run(["export", "--to", server.address(database), "--init"]);
  if (init.code !== 0) throw new Error(init.stderr);
  return {
    folder,
    path,
    database,
    ship: (host, ...args) => run(wordsOf(host, args)),
    start: (host, ...args) =>
      Bun.spawn([binary, ...wordsOf(host, args)], {
        env: { PATH: process.env["PATH"] ?? "", HOME: folder, TZ: "UTC" },
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      }),
    helpers: () =>
      readdirSync(folder)
        .filter((name) => name.includes(".shipped-"))
        .sort(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** So many lines of a log, no two alike. */
export function linesFrom(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => lineOf(first + index)).join("");
}

/** About 190 bytes. */
function lineOf(number: number): string {
  const seconds = (1_764_253_800_000_000 + number * 7_001).toString();
  const timestamp = `${seconds.slice(0, -6)}.${seconds.slice(-6)}`;
  const id = Math.floor(number / 14)
    .toString(16)
    .padStart(8, "0");
  return (
    `{"timestamp": ${timestamp}, "iso_time": "2025-11-27T14:30:05.000000", "request_id": "${id}", ` +
    `"service": "v34", "event": "v34_step_${number % 14}", "metadata": {"number": ${number}}}\n`
  );
}

/** What is stored of events, each once, as the server itself counts them. */
export async function storedEvents(
  server: TestServer,
  database: string,
): Promise<{ rows: number; events: number }> {
  const columns = "host, generation, offset, time, request_id, service, event, metadata";
  const sql =
    `SELECT toString(count()) AS rows, toString(uniqExact(${columns})) AS events ` +
    `FROM ${database}.timmy_latency_events FORMAT JSONEachRow`;
  for await (const row of server.client().rows<{ rows: string; events: string }>({ sql })) {
    return { rows: Number(row.rows), events: Number(row.events) };
  }
  throw new Error("no answer");
}
