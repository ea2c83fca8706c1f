/**
 * `bun run verify`: everything that must hold before a change may stay. Checks format, lint, types and
 * dead code, builds, runs every test, and ends with a table: suite, cases run, or NOT RUN and why.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "..", "..");
const bin = (tool: string) => join(root, "node_modules", ".bin", tool);
const bun = process.execPath;
const reports = join(root, "dist", "verify");

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const checks: readonly Step[] = [
  { name: "format and lint", command: [bin("biome"), "ci", "--error-on-warnings", "."] },
  { name: "types", command: [bin("tsc"), "--noEmit"] },
  { name: "dead code", command: [bin("knip")] },
  { name: "build", command: [bun, "test/tasks/build.ts"] },
];

/** Suites that run at the same time. */
const lanes = 2;
/** Many programs at once, which shall all have their turn within seconds. */
const lonelySuite = "faults";

/** Test files by suite; the first pattern that fits a file decides. */
const suites: readonly (readonly [name: string, pattern: string])[] = [
  // What makes hundreds of engines has a process of its own: the heap of other tests makes it many times slower.
  ["unit tests of lib/pipeline", "test/lib/pipeline/*_test.ts"],
  ["unit tests of lib/session", "test/lib/session/*_test.ts"],
  ["unit tests of the rest of lib", "test/lib/**/*_test.ts"],
  ["built binary", "test/cmd/**/*_test.ts"],
  [lonelySuite, "test/fault/**/*_test.ts"],
  ["conformance", "test/*_conformance_test.ts"],
  ["golden cases, reference figures, architecture", "test/*_test.ts"],
];

/** Test files that run in one process, one after the other. */
interface Suite {
  readonly name: string;
  readonly files: readonly string[];
}

interface Row {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly string[];
  readonly seconds: number;
}

function runStep({ name, command }: Step): Row {
  const started = performance.now();
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { cwd: root });
  const isFine = exitCode === 0;
  if (!isFine) process.stdout.write(`--- ${name} ---\n${stdout}${stderr}\n`);
  const seconds = (performance.now() - started) / 1000;
  return { name, passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, notRun: [], seconds };
}

async function runSuite({ name, files }: Suite, index: number): Promise<Row> {
  const started = performance.now();
  const report = join(reports, `${index}.xml`);
  const child = Bun.spawn(
    [bun, "test", "--timeout=120000", "--reporter=junit", `--reporter-outfile=${report}`, ...files],
    { cwd: root, env: process.env, stdout: "ignore", stderr: "pipe" },
  );
  const stderr = await new Response(child.stderr).text();
  const exitCode = await child.exited;
  const xml = existsSync(report) ? readFileSync(report, "utf8") : "";
  const count = (attribute: string) =>
    Number(new RegExp(`<testsuites [^>]*\\b${attribute}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  const skipped = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)].map((match) =>
    unescapeXml(match[1] ?? ""),
  );
  const failed = count("failures");
  const passed = count("tests") - failed - skipped.length;
  // A suite that crashed, or met no case at all, has failed even if no single case did.
  const isBroken = (exitCode !== 0 && failed === 0) || passed + failed + skipped.length === 0;
  if (exitCode !== 0) process.stdout.write(`--- ${name} ---\n${withoutPasses(stderr)}\n`);
  const seconds = (performance.now() - started) / 1000;
  return { name, passed, failed: failed + (isBroken ? 1 : 0), notRun: skipped, seconds };
}

function withoutPasses(output: string): string {
  const lines = output.split("\n").filter((line) => !/^\((pass|skip)\)/.test(line));
  return lines.join("\n");
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

/**
 * Runs suites, so many at a time as lanes, as they wait for programs more than they compute; then, one by
 * one, those that need the machine for themselves.
 */
async function runSuites(all: readonly Suite[]): Promise<Row[]> {
  const rows: Row[] = [];
  const runLane = async (waiting: [number, Suite][]) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, suite] = next;
      rows[index] = await runSuite(suite, index);
    }
  };
  const entries = [...all.entries()];
  const shared = entries.filter(([, { name }]) => name !== lonelySuite);
  await Promise.all(Array.from({ length: lanes }, () => runLane(shared)));
  await runLane(entries.filter(([, { name }]) => name === lonelySuite));
  return rows;
}

/** Deals every test file to its suite; a file that fits none is an error of this table. */
function dealFiles(): Suite[] {
  const dealt = new Map(suites.map(([name]) => [name, [] as string[]]));
  for (const file of [...new Glob("test/**/*_test.ts").scanSync({ cwd: root })].sort()) {
    const suite = suites.find(([, pattern]) => new Glob(pattern).match(file));
    if (suite === undefined) throw new Error(`No suite runs ${file}: add it to verify.ts`);
    dealt.get(suite[0])?.push(`./${file}`);
  }
  return [...dealt]
    .map(([name, files]) => ({ name, files }))
    .filter(({ files }) => files.length > 0);
}

function printTable(rows: readonly Row[]): void {
  const width = Math.max(...rows.map((row) => row.name.length));
  process.stdout.write(`\n${"suite".padEnd(width)}  cases   failed  seconds\n`);
  for (const { name, passed, failed, notRun, seconds } of rows) {
    const cells = [String(passed + failed).padStart(5), String(failed).padStart(7)];
    process.stdout.write(
      `${name.padEnd(width)}  ${cells.join("  ")}  ${seconds.toFixed(1).padStart(7)}\n`,
    );
    for (const reason of notRun) process.stdout.write(`${" ".repeat(width)}  ${reason}\n`);
  }
}

const rows = checks.map(runStep);
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
if (rows.every((row) => row.failed === 0)) {
  rows.push(...(await runSuites(dealFiles())));
} else {
  process.stdout.write("The tests were not run: mend the checks first\n");
}
printTable(rows);
const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
const failed = sum((row) => row.failed);
const notRun = sum((row) => row.notRun.length);
process.stdout.write(`\n${sum((row) => row.passed)} passed, ${failed} failed, ${notRun} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
