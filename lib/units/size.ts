import { UsageError } from "../error.ts";
import { quote } from "../escape.ts";

const bytesPerUnit: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

/** Parses `64K`, `100M`, `2G` or plain bytes (powers of 1024); throws a UsageError naming `option`. */
export function requireSize(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text);
  const bytes = match && Number(match[1]) * (bytesPerUnit[(match[2] ?? "").toUpperCase()] ?? 0);
  if (bytes !== null && bytes >= 1 && Number.isFinite(bytes)) return Math.floor(bytes);
  throw new UsageError(`Cannot use ${quote(text)} for ${option}: write a size such as 64K or 100M`);
}

/** Bytes for a person: `812 B`, `60.9 KB`, `1.2 GB` (powers of 1024). */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let size = bytes;
  let unit = "B";
  for (const next of ["KB", "MB", "GB", "TB"]) {
    // From here on the one decimal would show 1024.0.
    if (size < 1023.95) break;
    size /= 1024;
    unit = next;
  }
  return `${size.toFixed(1)} ${unit}`;
}
