import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./run_tool.ts";
import type { Target } from "./targets.ts";

/** A target's runtime: the file to build with, or why it is not to be had. */
export type Runtime = { readonly path: string } | { readonly failure: string };

/**
 * Fetches the Bun that an executable for `target` is made of into `folder`, as the package that `bun`
 * has for that system: pinned and hashed by the lock file of `root`, from where packages come here.
 */
export function fetchRuntime(root: string, target: Target, folder: string): Runtime {
  const place = join(folder, target.name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const { bun } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies;
  // Of all packages only this one: the others have files for each system as well.
  const manifest = { name: "timmy-latency", version: "0.0.0", devDependencies: { bun } };
  writeFileSync(join(place, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(place, "bun.lock"), readFileSync(join(root, "bun.lock")));
  const system = [`--os=${target.os}`, `--cpu=${target.cpu}`, `--libc=${target.libc}`];
  const options = ["--ignore-scripts", "--no-progress", "--silent", ...system];
  const failure = runTool([process.execPath, "install", ...options], place);
  if (failure !== null) return { failure: `bun install: ${lastLine(failure)}` };
  const packages = join(place, "node_modules", "@oven");
  const [name, ...surplus] = existsSync(packages) ? readdirSync(packages) : [];
  if (name === undefined || surplus.length > 0) return { failure: "no runtime was installed" };
  const brought = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")).version;
  if (brought !== bun) return { failure: `the runtime is ${brought}, not ${bun}` };
  const path = join(packages, name, "bin", target.os === "win32" ? "bun.exe" : "bun");
  return existsSync(path) ? { path } : { failure: `${name} has no runtime inside` };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
