/**
 * Builds what `import "timmy-latency"` finds: dist/tracker.js, one ES module for Node and Bun without
 * dependencies, and dist/tracker.d.ts, its types in one file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..");
const entry = "lib/sdk/tracker.ts";

const typeFlags: readonly string[] = [
  "--ignoreConfig",
  "--strict",
  "--target",
  "ESNext",
  "--module",
  "Preserve",
  "--allowImportingTsExtensions",
  "--types",
  "bun",
  "--skipLibCheck",
  "--declaration",
  "--emitDeclarationOnly",
];

/** Builds the package's two files into `outputFolder`; returns what went wrong, or null. */
export function buildPackage(outputFolder: string): string | null {
  return buildModule(outputFolder) ?? buildTypes(outputFolder);
}

function buildModule(outputFolder: string): string | null {
  const outfile = join(outputFolder, "tracker.js");
  const flags = ["--target=node", "--format=esm", `--outfile=${outfile}`];
  const failure = runTool([process.execPath, "build", entry, ...flags]);
  if (failure !== null) return failure;
  const foreign = /\bBun\.|from "(?!node:)[^"]*"/.exec(readFileSync(outfile, "utf8"));
  return foreign === null ? null : `dist/tracker.js needs more than Node: ${foreign[0]}`;
}

function buildTypes(outputFolder: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), "timmy-latency-types-"));
  try {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const failure = runTool([tsc, entry, ...typeFlags, "--rootDir", "lib", "--outDir", folder]);
    if (failure !== null) return failure;
    const types = readFileSync(join(folder, "sdk", "tracker.d.ts"), "utf8");
    writeFileSync(join(outputFolder, "tracker.d.ts"), types);
    const foreign = /from "[^"]*"|import\(/.exec(types);
    return foreign === null ? null : `dist/tracker.d.ts needs another file: ${foreign[0]}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runTool(command: readonly string[]): string | null {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  return exitCode === 0 ? null : `${stdout}${stderr}`;
}
