import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { BunPlugin } from "bun";

const root = join(import.meta.dir, "..", "..");

/** The scanner lies beside the bundle, wherever npm put it: never in the folder where the user stands. */
const scannerBeside: BunPlugin = {
  name: "scanner beside the bundle",
  setup(build) {
    const contents = `import { fileURLToPath } from "node:url";
export default fileURLToPath(new URL("./scanner.wasm", import.meta.url));`;
    build.onLoad({ filter: /[/\\]scanner\.wasm$/ }, () => ({ contents, loader: "js" }));
  },
};

/**
 * Builds what the package offers as `bin`: dist/timmy-latency.js, the whole program in one module for
 * Bun and Node, which reads dist/scanner.wasm beside it; returns what went wrong, or null.
 */
export async function buildBin(outputFolder: string): Promise<string | null> {
  const { success, logs } = await Bun.build({
    entrypoints: [join(root, "cmd", "_package_main.ts")],
    outdir: outputFolder,
    naming: "timmy-latency.js",
    target: "node",
    format: "esm",
    external: ["bun:ffi"],
    plugins: [scannerBeside],
    throw: false,
  });
  if (!success) return logs.join("\n");
  chmodSync(join(outputFolder, "timmy-latency.js"), 0o755);
  return null;
}
