/** A script run by Bun in a process of its own; `import` paths in it are absolute. */
export function bunCommand(script: string, ...args: readonly string[]): string[] {
  return [process.execPath, "-e", script, ...args];
}

/** Runs a command to its end. */
export async function runToEnd(
  command: readonly string[],
): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, output: `${stdout}${stderr}` };
}
