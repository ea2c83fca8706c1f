import { chmodSync } from "node:fs";
import { basename, join } from "node:path";
import type { BunPlugin } from "bun";

const root = join(import.meta.dir, "..", "..");

/** The engine lies beside the bundle, wherever npm put it: never in the folder where the user stands. */
const engineBeside: BunPlugin = {
  name: "engine beside the bundle",
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, ({ path }) => {
      const address = `new URL("./${basename(path)}", import.meta.url)`;
      const contents = `import { fileURLToPath } from "node:url";
export default fileURLToPath(${address});`;
      return { contents, loader: "js" };
    });
  },
};

/**
 * Builds what the package offers as `bin`: dist/timmy-latency.js, the whole program in one module for
 * Bun and Node, which reads dist/engine.wasm beside it; returns what went wrong, or null.
 */
export async function buildBin(outputFolder: string): Promise<string | null> {
  const { success, logs } = await Bun.build({
    entrypoints: [join(root, "cmd", "_package_main.ts")],
    outdir: outputFolder,
    naming: "timmy-latency.js",
    target: "node",
    format: "esm",
    external: ["bun:ffi"],
    plugins: [engineBeside],
    throw: false,
  });
  if (!success) return logs.join("\n");
  chmodSync(join(outputFolder, "timmy-latency.js"), 0o755);
  return null;
}
