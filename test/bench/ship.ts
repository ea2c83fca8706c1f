/**
 * `bun run bench ship [--size 100M|1G]`: how fast a log is shipped to a ClickHouse server of this machine,
 * in how much memory, and who is the bound: the same bodies are sent by curl in turns with it. Then what
 * an event takes on the server's disk.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { RangeReader } from "../../lib/clickhouse/range_reader.ts";
import { RangeRows } from "../../lib/clickhouse/range_rows.ts";
import { openLogFile } from "../../lib/log/file_source.ts";
import { requireSize } from "../../lib/units/size.ts";
import { binary, temporaryFolder } from "../support/binary.ts";
import { clickHouseTools, startClickHouse, type TestServer } from "../support/clickhouse.ts";
import { generateLog } from "./_generate_log.ts";
import { compareInTurns } from "./_interleave.ts";
import { type ProgramRun, runProgram } from "./_run.ts";

const rounds = 7;
const maxLineBytes = 1024 * 1024;

/** Prints the figures, or why there are none. */
export async function run(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...options], options: { size: { type: "string" } } });
  const bytes = requireSize(values.size ?? "100M", "--size");
  const missing = [...clickHouseTools, "curl"].filter((tool) => Bun.which(tool) === null);
  if (missing.length > 0) {
    process.stdout.write(`  NOT RUN: ${missing.join(", ")} not installed\n`);
    return;
  }
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const written = generateLog(log, { bytes, concurrency: 3, oddPercent: 0 });
  const bodies = join(folder.path, "bodies");
  mkdirSync(bodies);
  await writeBodies(log, bodies);
  await using servers = await startClickHouse();
  const { first: server } = servers;
  const to = server.address("latency");
  runProgram([binary, "export", "--to", to, "--init"], false);
  const runs: ProgramRun[] = [];
  const ship = async () => {
    for (const name of readdirSync(folder.path)) {
      if (name.includes(".shipped-")) rmSync(join(folder.path, name));
    }
    await empty(server);
    runs.push(runProgram([binary, "export", "--to", to, log, "--quiet"], false));
    return runs.at(-1)?.seconds ?? Number.NaN;
  };
  const curl = async () => {
    await empty(server);
    return runProgram(["bash", "-c", curlScript, "bash", server.host, bodies], false).seconds;
  };
  process.stdout.write(`  ${(written.bytes / 1e6).toFixed(0)} MB, ${written.requests} requests\n`);
  await compareInTurns(
    [
      { name: "curl, the same bodies", measure: curl },
      { name: "export --to clickhouse", measure: ship },
    ],
    rounds,
    "s",
  );
  const median = (of: (run: ProgramRun) => number) =>
    runs.map(of).sort((a, b) => a - b)[runs.length >> 1] ?? Number.NaN;
  process.stdout.write(
    `  ${(written.bytes / 1e6 / median((run) => run.seconds)).toFixed(0)} MB/s of log, CPU ` +
      `${median((run) => run.cpuSeconds).toFixed(2)} s, peak ${Math.max(...runs.map((run) => run.peakMiB)).toFixed(0)} MiB\n`,
  );
  await ship();
  await server.client().text({ sql: "OPTIMIZE TABLE latency.timmy_latency_events FINAL" });
  await printSizes(server);
}

/** What the shipper sends, a file for each insert of events. */
async function writeBodies(log: string, folder: string): Promise<void> {
  const rows = new RangeRows({ host: "vm", generation: "0".repeat(32) });
  const reader = new RangeReader(openLogFile(log), 0, maxLineBytes, (...row) => rows.take(...row));
  rows.begin(0);
  for (let range = await reader.next(); range !== null; range = await reader.next()) {
    const name = String(range.start).padStart(16, "0");
    writeFileSync(join(folder, name), rows.parcel(log, range).events);
    rows.begin(0);
  }
}

const curlScript =
  'for body in "$2"/*; do curl -sS -f -H "Expect:" -H "Content-Encoding: gzip" --data-binary "@$body" ' +
  '"http://$1/?query=INSERT%20INTO%20latency.timmy_latency_events%20FORMAT%20JSONEachRow" || exit 1; done';

async function empty(server: TestServer): Promise<void> {
  for (const table of ["events", "ranges"]) {
    await server.client().text({ sql: `TRUNCATE TABLE latency.timmy_latency_${table}` });
  }
}

/** Prints what a row takes on the server's disk, by column. */
async function printSizes(server: TestServer): Promise<void> {
  const sql =
    "SELECT column, toString(sum(column_data_compressed_bytes) / sum(rows)) AS packed, " +
    "toString(sum(column_data_uncompressed_bytes) / sum(rows)) AS unpacked FROM system.parts_columns " +
    "WHERE active AND table = 'timmy_latency_events' GROUP BY column ORDER BY column FORMAT JSONEachRow";
  type Row = Readonly<Record<"column" | "packed" | "unpacked", string>>;
  let sum = 0;
  for await (const { column, packed, unpacked } of server.client().rows<Row>({ sql })) {
    sum += Number(packed);
    const [own, plain] = [packed, unpacked].map((bytes) => Number(bytes).toFixed(2).padStart(5));
    process.stdout.write(`  ${column.padEnd(10)} ${own} bytes a row, ${plain} unpacked\n`);
  }
  process.stdout.write(`  together   ${sum.toFixed(2).padStart(5)}\n`);
}
