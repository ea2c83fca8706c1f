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
}

/** Runs the executable in an environment that nothing of the tester's leaks into. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const cwd = options.cwd ?? tmpdir();
  const child = Bun.spawn([binary, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, TZ: "UTC", ...options.env },
    stdin: new Blob([options.stdin ?? ""]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** A folder of its own for a test, removed when the test is over: `using folder = temporaryFolder()`. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "timmy-latency-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
