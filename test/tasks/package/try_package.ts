import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "./run_tool.ts";
import { tryExecutable } from "./try_executable.ts";

/**
 * Installs a packed npm package in an empty folder and starts what it brings, under Node and Bun;
 * returns what went wrong, or null.
 */
export function tryPackage(tarball: string, version: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), "timmy-latency-try-"));
  try {
    writeFileSync(join(folder, "package.json"), `{ "name": "app", "type": "module" }`);
    const flags = ["--offline", "--no-audit", "--no-fund", "--silent"];
    const failure = runTool(["npm", "install", ...flags, tarball], folder);
    if (failure !== null) return `npm install: ${failure}`;
    const program = join(folder, "node_modules", ".bin", "timmy-latency");
    const imports = `import { generateRequestId } from "timmy-latency"; generateRequestId();`;
    writeFileSync(join(folder, "app.js"), imports);
    for (const runtime of ["node", process.execPath]) {
      const failed =
        tryExecutable([runtime, program], version) ?? runTool([runtime, "app.js"], folder);
      if (failed !== null) return `under ${runtime}: ${failed}`;
    }
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
