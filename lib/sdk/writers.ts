import { Events } from "../event/names.ts";
import bashTemplate from "./writer.bash" with { type: "text" };
import pythonTemplate from "./writer.py" with { type: "text" };
import zshTemplate from "./writer.zsh" with { type: "text" };

/** Languages for which there is a drop-in writer. */
export const writerLanguages = ["bash", "zsh", "python"] as const;

/** One of them. */
export type WriterLanguage = (typeof writerLanguages)[number];

/** What a writer is told about the place where it will run. */
export interface WriterPlace {
  /** The log it writes to unless `TIMMY_LATENCY_LOG` names another; absolute. */
  readonly logPath: string;
  /** The executable to which a shell gives what it cannot write itself; absolute. */
  readonly binaryPath: string;
  readonly version: string;
}

/** The text of a writer: a file to source from a shell, or a Python module. */
export function renderWriter(language: WriterLanguage, place: WriterPlace): string {
  if (language === "python") {
    return fill(pythonTemplate, {
      // Every JSON string is a Python string of the same meaning.
      '"@LOG@"': JSON.stringify(place.logPath),
      "# @EVENTS@": pythonConstants(),
      "@VERSION@": place.version,
    });
  }
  return fill(language === "bash" ? bashTemplate : zshTemplate, {
    "'@LOG@'": quoteForShell(place.logPath),
    "'@BINARY@'": quoteForShell(place.binaryPath),
    "@VERSION@": place.version,
  });
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce(
    (text, [mark, value]) => text.replace(mark, () => value),
    template,
  );
}

function pythonConstants(): string {
  return Object.entries(Events)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join("\n    ");
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
