/**
 * `bun run build`: compiles dist/timmy-latency and runs it once, because a broken bytecode build ends
 * with exit code 0 and leaves a binary that dies at start. Beside it, the files of the npm package.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildBin } from "./build_bin.ts";
import { buildEngine } from "./build_engine.ts";
import { buildPackage } from "./build_package.ts";
import { buildPageScript } from "./build_page_script.ts";

const root = join(import.meta.dir, "..", "..");
const binary = join(root, "dist", "timmy-latency");

/**
 * What the compiler is told. The autoload switches keep the binary from running code that lies in the
 * folder where the user stands; splitting is what makes `import()` lazy; the JIT policy starts the
 * binary without optimising, which heavy commands undo.
 */
export const compileFlags: readonly string[] = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--splitting",
  "--entry-naming=[name].[ext]",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--compile-jit-policy=1000",
];

/**
 * Code of the threads that the executable starts: entries of their own beside `entry`. All of them lie in
 * one folder inside the executable, where `new URL("./NAME.ts", import.meta.url)` finds them.
 */
export const workers: readonly string[] = [
  "lib/pipeline/part_worker.ts",
  "lib/pipeline/search_worker.ts",
];

/**
 * Builds `entry` into the executable `outfile`, for this system unless `target` says for which; returns
 * what went wrong, or null.
 */
export function compile(
  entry: string,
  outfile: string,
  target: readonly string[] = [],
  otherEntries: readonly string[] = [],
): string | null {
  const flags = [...compileFlags, ...target];
  const entries = [entry, ...otherEntries];
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, "build", ...flags, ...entries, "--outfile", outfile],
    { cwd: root, stdout: "pipe", stderr: "pipe" },
  );
  const said = `${stdout}${stderr}`;
  return exitCode === 0 && !said.includes("Failed to generate bytecode") ? null : said;
}

if (import.meta.main) {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  mkdirSync(join(root, "dist"));
  const failure =
    buildEngine() ?? (await buildPageScript()) ?? compile("cmd/main.ts", binary, [], workers);
  const trial = failure === null ? Bun.spawnSync([binary, "--version"]) : null;
  if (trial?.exitCode !== 0) {
    process.stderr.write(`Cannot build dist/timmy-latency: ${failure ?? trial?.stderr}\n`);
    process.exitCode = 1;
  } else {
    process.stdout.write(`Built dist/timmy-latency: ${trial.stdout}`);
  }
  const packageFailure = buildPackage(join(root, "dist")) ?? (await buildBin(join(root, "dist")));
  if (packageFailure !== null) {
    process.stderr.write(`Cannot build the package: ${packageFailure}\n`);
    process.exitCode = 1;
  }
}
