import type { Converter } from "../../lib/import/converter.ts";
import { importFormats } from "../../lib/import/formats.ts";

/** What a project's lines become: events as `[ms after the first, id, service, name]`, problems, blank lines. */
export async function convert(
  from: string,
  lines: readonly string[],
): Promise<{ events: [number, string, string, string][]; faults: string[]; asides: number }> {
  const converter = (await importFormats.get(from)?.()) as Converter;
  const parts = [...lines.map((line) => converter.take(line)), converter.end()];
  const events = parts.flatMap((part) => part.events);
  const first = Math.min(...events.map((event) => event.timestampSeconds));
  return {
    events: events.map((event) => [
      Math.round((event.timestampSeconds - first) * 1e3),
      event.requestId,
      event.service,
      event.name,
    ]),
    faults: parts.flatMap((part) => part.faults.map(({ kind, detail }) => `${kind}: ${detail}`)),
    asides: parts.filter((part) => part.isAside === true).length,
  };
}
