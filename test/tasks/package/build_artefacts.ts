/**
 * Builds every artefact that is asked for out of the folder this file lies in: `bun build_artefacts.ts
 * OUTPUT NAME=RUNTIME…`. Prints, as JSON, what could not be built and why; `bun run package` calls it in
 * clean clones.
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, workers } from "../build.ts";
import { buildBin } from "../build_bin.ts";
import { buildEngine } from "../build_engine.ts";
import { buildPackage } from "../build_package.ts";
import { signatureOf, withoutSignature } from "./mach_o.ts";
import { runTool } from "./run_tool.ts";
import { fileOf, type Target, targets } from "./targets.ts";

const root = join(import.meta.dir, "..", "..", "..");

/** What could not be built, by artefact, and why. */
export type Failures = Readonly<Record<string, string>>;

/**
 * Builds the executable of each target that has a runtime, the npm package and install.sh into the
 * folder `output`, which is emptied first.
 */
export async function buildArtefacts(
  output: string,
  runtimes: ReadonlyMap<string, string>,
): Promise<Failures> {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const failures: Record<string, string> = {};
  const dist = join(root, "dist");
  const early = buildEngine() ?? buildPackage(dist) ?? (await buildBin(dist));
  for (const target of targets) {
    const runtime = runtimes.get(target.name);
    if (runtime === undefined) continue;
    const failure = early ?? buildExecutable(target, runtime, join(output, fileOf(target)));
    if (failure !== null) failures[fileOf(target)] = failure;
  }
  const pack = ["npm", "pack", "--silent", "--pack-destination", output];
  const failure = early ?? runTool(pack, root);
  if (failure !== null) failures["the npm package"] = failure;
  copyFileSync(join(import.meta.dir, "install.sh"), join(output, "install.sh"));
  chmodSync(join(output, "install.sh"), 0o755);
  return failures;
}

/** Compiles one executable; returns what went wrong, or null. */
function buildExecutable(target: Target, runtime: string, outfile: string): string | null {
  const system = target.os === "win32" ? "windows" : target.os;
  const libc = target.libc === "musl" ? "-musl" : "";
  const flags = [
    `--target=bun-${system}-${target.cpu}${libc}`,
    `--compile-executable-path=${runtime}`,
  ];
  const failure = compile("cmd/main.ts", outfile, flags, workers);
  if (failure !== null || target.os !== "darwin") return failure;
  return mendSignature(target, outfile);
}

function mendSignature(target: Target, path: string): string | null {
  const file = readFileSync(path);
  const signature = signatureOf(file);
  if (signature === "whole") return null;
  if (target.cpu === "arm64") return `its signature is ${signature}, and macOS would not start it`;
  if (signature === "broken") writeFileSync(path, withoutSignature(file));
  return null;
}

if (import.meta.main) {
  const [output = "", ...pairs] = process.argv.slice(2);
  const runtimes = pairs.map((pair) => {
    const [name = "", ...path] = pair.split("=");
    return [name, path.join("=")] as const;
  });
  const failures = await buildArtefacts(output, new Map(runtimes));
  process.stdout.write(`${JSON.stringify(failures)}\n`);
}
