import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..");

/** The built executable that tests drive as a user would. */
export const binary = join(root, "dist", "timmy-latency");
if (!existsSync(binary)) throw new Error("dist/timmy-latency is not built: bun run build");

/** Small logs that belong to the tests. */
export const fixtures = join(root, "test", "fixtures");

/** What a finished run left behind. */
export interface Run {
  /** The exit status; 128 + n if signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run differs from a plain one. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to an environment that holds nothing but PATH, HOME (the folder) and TZ=UTC. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A run that lasts longer (default a minute) hangs, and is killed: it ends with code 137. */
  readonly patienceMs?: number;
}

/** Runs the executable in an environment that nothing of the tester's leaks into. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runProgram([binary, ...args], options);
}

/**
 * Runs a shell script in which `timmy` is the executable, for what only a shell can arrange: pipes,
 * closed descriptors, bytes that are no text. `$1`, `$2` … are the `words`.
 */
export function runShell(
  script: string,
  words: readonly string[] = [],
  options: RunOptions = {},
): Promise<Run> {
  return runProgram(["bash", "-c", `timmy() { "$TIMMY" "$@"; }\n${script}`, "bash", ...words], {
    ...options,
    env: { TIMMY: binary, ...options.env },
  });
}

/** Runs any program in the same bare environment. */
export async function runProgram(
  command: readonly string[],
  options: RunOptions = {},
): Promise<Run> {
  const child = Bun.spawn([...command], {
    ...bareProcess(options),
    stdin: new Blob([options.stdin ?? ""]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.patienceMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Working directory and environment of a run. */
export function bareProcess(options: RunOptions): { cwd: string; env: Record<string, string> } {
  const cwd = options.cwd ?? tmpdir();
  return { cwd, env: { PATH: process.env["PATH"] ?? "", HOME: cwd, TZ: "UTC", ...options.env } };
}

/** A folder of its own for a test, removed when the test is over: `using folder = temporaryFolder()`. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "timmy-latency-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
