/**
 * `bun run package [TARGET…]`: builds the executables of all systems (or of those named), the npm package,
 * install.sh and SHA256SUMS into dist/packages, out of the last commit. Everything is built twice, each
 * time in a clean clone at the same path, and must have the same bytes. What can be started here is
 * started. Ends with a table, and with exit code 1 if anything was not built, differs or fails; 2 for a
 * target that there is not.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildInClone, commitOf, versionOf } from "./package/clean_clone.ts";
import { fetchRuntime } from "./package/runtimes.ts";
import { hashFolder, renderSums, sumsFile } from "./package/sums.ts";
import { fileOf, obstacleTo, type Target, targets } from "./package/targets.ts";
import { tryExecutable } from "./package/try_executable.ts";
import { tryPackage } from "./package/try_package.ts";

const root = join(import.meta.dir, "..", "..");
const output = join(root, "dist", "packages");

/** A line of the table: an artefact and what is known of it. */
interface Row {
  readonly name: string;
  readonly bytes: number | null;
  readonly verdict: string;
  readonly isFine: boolean;
}

const here = { platform: process.platform, arch: process.arch, hasFile: existsSync };
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !targets.some((target) => target.name === name));
if (unknown.length > 0) {
  const known = targets.map(({ name }) => name).join(", ");
  process.stderr.write(`Cannot build for ${unknown.join(", ")}: it is one of ${known}\n`);
  process.exitCode = 2;
} else {
  await main(targets.filter(({ name }) => asked.length === 0 || asked.includes(name)));
}

async function main(wanted: readonly Target[]): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "timmy-latency-package-"));
  try {
    const rows = await build(wanted, work);
    printTable(rows);
    const wrong = rows.filter((row) => !row.isFine).length;
    process.stdout.write(
      wrong === 0 ? `All in dist/packages\n` : `${wrong} not as they should be\n`,
    );
    process.exitCode = wrong === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function build(wanted: readonly Target[], work: string): Promise<readonly Row[]> {
  const { commit, isChanged } = commitOf(root);
  process.stdout.write(`Building commit ${commit}${isChanged ? ", without later changes" : ""}\n`);
  const failures: Record<string, string> = {};
  const runtimes = new Map<string, string>();
  for (const target of wanted) {
    const runtime = fetchRuntime(root, target, join(work, "runtimes"));
    if ("path" in runtime) runtimes.set(target.name, runtime.path);
    else failures[fileOf(target)] = `no runtime: ${runtime.failure}`;
  }
  const place = join(work, "clone");
  const built = join(place, "dist", "packages");
  Object.assign(failures, buildInClone(root, commit, place, runtimes));
  const first = await hashFolder(built);
  Object.assign(failures, buildInClone(root, commit, place, runtimes));
  const second = await hashFolder(built);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(join(root, "dist"), { recursive: true });
  moveFolder(built, output);
  writeFileSync(join(output, sumsFile), renderSums(second));
  const differing = [...second.keys()].filter((name) => first.get(name) !== second.get(name));
  const lost = Object.entries(failures).map(([name, reason]) => notBuilt(name, reason));
  return [...[...second.keys()].map((name) => judge(name, differing.includes(name))), ...lost];
}

function judge(name: string, isDifferent: boolean): Row {
  const { size: bytes } = statSync(join(output, name));
  if (isDifferent) return { name, bytes, verdict: "DIFFERS between two builds", isFine: false };
  const target = targets.find((one) => fileOf(one) === name);
  const obstacle = target === undefined ? null : obstacleTo(target, here);
  if (obstacle !== null) return { name, bytes, verdict: `untested: ${obstacle}`, isFine: true };
  const failure = tryArtefact(name, target);
  const verdict = failure === null ? "started here" : `FAILED: ${failure}`;
  return { name, bytes, verdict, isFine: failure === null };
}

function tryArtefact(name: string, target: Target | undefined): string | null {
  const path = join(output, name);
  const version = versionOf(root);
  if (target !== undefined) return tryExecutable([path], version);
  if (name.endsWith(".tgz")) return tryPackage(path, version);
  const { exitCode } = Bun.spawnSync(["sh", path, "--help"], { stdout: "ignore" });
  return exitCode === 0 ? null : "it does not say its usage";
}

function notBuilt(name: string, reason: string): Row {
  const [line = ""] = reason.trim().split("\n");
  return { name, bytes: null, verdict: `NOT BUILT: ${line}`, isFine: false };
}

/** The temporary folder may lie on another disk, where a rename does not lead. */
function moveFolder(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    cpSync(from, to, { recursive: true });
  }
}

function printTable(rows: readonly Row[]): void {
  const width = Math.max(...rows.map((row) => row.name.length));
  process.stdout.write(`\n${"artefact".padEnd(width)}       MB  twice the same bytes, and\n`);
  for (const { name, bytes, verdict } of rows) {
    const size = bytes === null ? "–" : (bytes / 1e6).toFixed(1);
    process.stdout.write(`${name.padEnd(width)}  ${size.padStart(7)}  ${verdict}\n`);
  }
  process.stdout.write("\n");
}
