/** Runs a program of the build in `folder`; returns what it said if it failed, or null. */
export function runTool(
  command: readonly string[],
  folder: string,
  patienceMs = 300_000,
): string | null {
  try {
    const { exitCode, signalCode, stdout, stderr } = Bun.spawnSync([...command], {
      cwd: folder,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: patienceMs,
    });
    if (exitCode === 0) return null;
    return `${stdout}${stderr}`.trim() || `${command[0]} ended with ${exitCode ?? signalCode}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
