import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Starts an executable in an empty home and lets it write an event and read it again; returns what
 * went wrong, or null.
 */
export function tryExecutable(command: readonly string[], version: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), "timmy-latency-try-"));
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, TZ: "UTC" };
  const run = (...args: string[]) => {
    const ran = Bun.spawnSync([...command, ...args], { cwd: folder, env, timeout: 60_000 });
    return ran.exitCode === 0 ? String(ran.stdout) : null;
  };
  try {
    if (run("--version") !== `timmy-latency ${version}\n`) return "it does not say its version";
    if (run("log", "abc123de", "stt", "heard") === null) return "it cannot log";
    const analysis = run("analyze", "--format", "json") ?? "{}";
    const { requests } = JSON.parse(analysis) as { requests?: readonly { readonly id: string }[] };
    return requests?.[0]?.id === "abc123de" ? null : "it cannot analyse what it logged";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
