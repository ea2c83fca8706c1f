import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..");

/** Bundles the script of the HTML report to dist/page_script.txt, which the executable embeds as text. */
export async function buildPageScript(): Promise<string | null> {
  mkdirSync(join(root, "dist"), { recursive: true });
  const { success, outputs, logs } = await Bun.build({
    entrypoints: [join(root, "lib/render/html/client/main.ts")],
    target: "browser",
    format: "iife",
    minify: true,
    throw: false,
  });
  const [script] = outputs;
  if (!success || script === undefined) return logs.join("\n");
  // Within a page the script would end at this text, wherever it stands.
  const text = (await script.text()).replaceAll("</script", "<\\/script");
  writeFileSync(join(root, "dist", "page_script.txt"), text);
  return null;
}
