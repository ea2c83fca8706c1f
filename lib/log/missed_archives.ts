import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LineReader, type LineSpan } from "../ndjson/line_reader.ts";
import { belongsTo, packingSuffixes, parseArchiveName, rawSuffix } from "./archive_name.ts";
import { openLogFile } from "./file_source.ts";

/** The archives beside a log, by their names without suffixes; none if the folder cannot be read. */
export function listArchiveBases(logPath: string): ReadonlySet<string> {
  const bases = new Set<string>();
  try {
    for (const fileName of readdirSync(dirname(logPath))) {
      const name = parseArchiveName(fileName);
      if (name !== null && name.role !== "fresh" && belongsTo(name, basename(logPath))) {
        bases.add(name.base);
      }
    }
  } catch {
    // The log itself will say why it cannot be read.
  }
  return bases;
}

/**
 * Hands out the lines of an archive, whatever form it has by now; nothing if it has gone.
 *
 * @throws AccessError if it cannot be read.
 */
export async function readArchive(
  logPath: string,
  base: string,
  maxLineBytes: number,
  take: (line: LineSpan) => void,
): Promise<void> {
  const forms = [rawSuffix, ...Object.values(packingSuffixes)];
  const paths = forms.map((suffix) => join(dirname(logPath), base + suffix));
  const path = paths.find((one) => existsSync(one));
  if (path === undefined) return;
  const file = openLogFile(path);
  const reader = new LineReader(file, { maxLineBytes });
  do {
    while (reader.next()) take(reader);
  } while (await reader.fill());
  file.close();
}
