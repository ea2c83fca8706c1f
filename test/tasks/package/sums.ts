import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The file that holds the sums, as `sha256sum -c` reads it. */
export const sumsFile = "SHA256SUMS";

/** SHA-256, hex, of every file of a folder but the sums themselves, by name, in order. */
export async function hashFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = readdirSync(folder).filter((name) => name !== sumsFile);
  const sums = new Map<string, string>();
  for (const name of names.sort()) {
    const hasher = new Bun.CryptoHasher("sha256");
    for await (const block of Bun.file(join(folder, name)).stream()) hasher.update(block);
    sums.set(name, hasher.digest("hex"));
  }
  return sums;
}

/** The text of SHA256SUMS. */
export function renderSums(sums: ReadonlyMap<string, string>): string {
  return [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join("");
}
