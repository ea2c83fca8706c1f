import { wrap } from "../lib/render/wrap.ts";
import packageJson from "../package.json" with { type: "json" };
import {
  type Command,
  describePositional,
  describePositionals,
  writtenOption,
} from "./_command.ts";
import { words } from "./_commands.ts";
import { exitCodeMeanings } from "./_exit_codes.ts";
import { globalOptions, helpArguments } from "./_global_options.ts";

/**
 * The manual page, timmy-latency(1), in the man macros that groff and mandoc know. It is made of the
 * tables that the commands are checked by, has no date, and is the same on every machine.
 */
export async function renderManual(): Promise<string> {
  const commands = await Promise.all([...words.values()].map((word) => word.load()));
  const { name, version, description } = packageJson;
  return [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    // Text is not stretched to the margin and words are not parted: options must stay searchable.
    ".ad l",
    ".nh",
    ".SH NAME",
    `${roff(name)} \\- ${roff(shortened(description))}`,
    ".SH SYNOPSIS",
    `.B ${roff(name)}`,
    roff("WORD [ARGUMENTS] [OPTIONS]"),
    ".br",
    `.B ${roff(name)} help`,
    roff("[WORD] [--man]"),
    ".SH DESCRIPTION",
    ...prose(description),
    ".SH WORDS",
    ...commands.flatMap(({ command }) => describeWord(command)),
    `.SS ${roff(`help ${describePositionals(helpArguments)}`)}`,
    "Explains a word, or all of them.",
    ...describeArguments(helpArguments),
    ".SH OPTIONS",
    "Options of every word; they may stand before it or after it.",
    ...describeArguments(globalOptions),
    ".SH EXIT STATUS",
    ...exitCodeMeanings.flatMap(([code, meaning]) => paragraph(code, meaning)),
    ".SH ENVIRONMENT",
    ...environment.flatMap(([variable, meaning]) => paragraph(variable, meaning)),
    ".SH FILES",
    ...paragraph(
      "~/.local/state/timmy-latency/latency.log",
      "the log, unless --log, $TIMMY_LATENCY_LOG or $XDG_STATE_HOME says otherwise",
    ),
    "",
  ].join("\n");
}

const sourceWidth = 79;

const environment = [
  ["TIMMY_LATENCY_LOG", "the log, where --log and FILE do not name it"],
  ["XDG_STATE_HOME", "the folder of timmy-latency/latency.log, where nothing else names the log"],
  ["NO_COLOR, FORCE_COLOR", "colours never, or also without a terminal; --color wins"],
] as const;

function describeWord(command: Command): string[] {
  const usage = `${command.meta.name} ${describePositionals(command.args)}`.trimEnd();
  return [
    `.SS ${roff(usage)}`,
    ...prose(command.meta.description),
    ...command.details.flatMap((text) => [".PP", ...prose(text)]),
    ...describeArguments(command.args),
    ".PP",
    roff(`Formats: ${command.formats.join(", ")}. Examples:`),
    ".PP",
    ".nf",
    ".RS 4",
    ...command.examples.map(roff),
    ".RE",
    ".fi",
  ];
}

function describeArguments(table: Command["args"]): string[] {
  return Object.entries(table).flatMap(([name, argument]) =>
    paragraph(
      argument.type === "positional"
        ? describePositional(name, argument)
        : writtenOption(name, argument),
      argument.description,
    ),
  );
}

function paragraph(tag: string, text: string): string[] {
  return [".TP", `.B ${roff(tag)}`, ...prose(text)];
}

/** The part before the colon's explanation: a NAME line is looked up by apropos(1) and stays short. */
function shortened(text: string): string {
  const [first = text] = text.split(":");
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}

/** A sentence, or several, in lines of the source. */
function prose(text: string): string[] {
  const end = /[.?!…]$/.test(text) ? "" : ".";
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
  return wrap(roff(sentence), sourceWidth).map((line) => line.replace(/^(?=\.)/, "\\&"));
}

/**
 * Text for roff: backslashes and the characters that it would set as typographic ones, everything
 * beyond ASCII by its number, and no line that begins as a request would.
 */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha")
    .replaceAll('"', "\\(dq")
    .replace(/\P{ASCII}/gu, (found) => {
      const hex = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      return `\\[u${hex}]`;
    })
    .replace(/^(?=\.)/, "\\&");
}
