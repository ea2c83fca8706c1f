import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Failures } from "./build_artefacts.ts";
import { runTool } from "./run_tool.ts";

/** The commit that stands in a folder, and whether files there differ from it. */
export function commitOf(root: string): { readonly commit: string; readonly isChanged: boolean } {
  const git = (...args: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(["git", ...args], { cwd: root });
    if (exitCode !== 0) throw new Error(`Cannot ask git for the commit: ${stderr}`.trim());
    return String(stdout).trim();
  };
  const isChanged = git("status", "--porcelain") !== "";
  return { commit: git("rev-parse", "HEAD"), isChanged };
}

/**
 * Builds all artefacts of a commit in a new clone at `place` into `place`/dist/packages, with packages
 * as the lock file has them. Whatever stood at `place` is removed first.
 *
 * @throws Error if the clone cannot be made or its build does not end well.
 */
export function buildInClone(
  root: string,
  commit: string,
  place: string,
  runtimes: ReadonlyMap<string, string>,
): Failures {
  rmSync(place, { recursive: true, force: true });
  const must = (command: readonly string[], folder: string) => {
    const failure = runTool(command, folder);
    if (failure !== null) throw new Error(`Cannot build a clean clone: ${failure}`);
  };
  must(["git", "clone", "--quiet", "--no-checkout", root, place], root);
  must(["git", "-c", "advice.detachedHead=false", "checkout", "--quiet", commit], place);
  must([process.execPath, "install", "--frozen-lockfile", "--silent"], place);
  const bun = join(place, "node_modules", ".bin", "bun");
  const pairs = [...runtimes].map(([name, path]) => `${name}=${path}`);
  const task = join("test", "tasks", "package", "build_artefacts.ts");
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [existsSync(bun) ? bun : process.execPath, task, join(place, "dist", "packages"), ...pairs],
    { cwd: place, timeout: 600_000 },
  );
  if (exitCode !== 0) throw new Error(`Cannot build a clean clone: ${stderr}`);
  return JSON.parse(String(stdout)) as Failures;
}

/** The version that a folder's package.json has. */
export function versionOf(root: string): string {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}
