import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { RotationSettings } from "../../lib/log/rotation/rotation_settings.ts";
import { loadSystemCalls, type SystemCalls } from "../../lib/log/system_calls.ts";

/** The real system calls of this machine. */
export const realSystem: SystemCalls = await loadSystemCalls();

/** A moment for tests: 2025-11-27T14:30:05Z. */
export const testSeconds = 1_764_253_805;

/** Settings of a plain rotation of `logPath` by this user at `testSeconds`. */
export function settingsFor(
  logPath: string,
  changes: Partial<RotationSettings> = {},
): RotationSettings {
  return {
    logPath,
    archiveFolder: dirname(logPath),
    packing: "gzip",
    maxSizeBytes: null,
    maxAgeSeconds: null,
    force: false,
    retention: { keep: null, keepForSeconds: null },
    adopt: false,
    agreedDeletions: null,
    nowSeconds: testSeconds,
    userId: process.geteuid?.() ?? null,
    groupId: process.getegid?.() ?? null,
    waitMs: 20,
    system: realSystem,
    ...changes,
  };
}

/** `count` lines of a log, numbered from `from`, a second apart. */
export function sampleLines(count: number, from = 0): string {
  return Array.from({ length: count }, (_, index) => {
    const n = from + index;
    const timestamp = (testSeconds - 1000 + n).toFixed(6);
    return `{"timestamp": ${timestamp}, "iso_time": "x", "request_id": "r${n}", "service": "stt", "event": "tick", "metadata": {"n": ${n}}}\n`;
  }).join("");
}

/** Writes files into a folder. */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

/** The names in a folder, without locks and manifests. */
export function logsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith(".lock") && !name.endsWith(".manifest.ndjson"))
    .sort();
}

/** What a log or archive holds, unpacked. */
export function contentOf(path: string): string {
  const bytes = readFileSync(path);
  if (path.endsWith(".gz")) return gunzipSync(bytes).toString();
  return (path.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes).toString();
}

/** A folder's names and contents, to see whether anything in it has changed. */
export function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString("latin1")]),
  );
}
