import { mkdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..");
const source = "lib/event/scanner/assembly.ts";

/**
 * Compiles the line scanner from AssemblyScript to dist/scanner.wasm, which the executable embeds;
 * returns what went wrong, or null.
 */
export function buildScanner(): string | null {
  mkdirSync(join(root, "dist"), { recursive: true });
  const compiler = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
  const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"];
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, compiler, source, "-o", "dist/scanner.wasm", ...options],
    { cwd: root, stdout: "pipe", stderr: "pipe" },
  );
  return exitCode === 0 ? null : `${stdout}${stderr}`;
}
