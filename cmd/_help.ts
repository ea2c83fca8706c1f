import { AccessError } from "../lib/error.ts";
import { wrap } from "../lib/render/wrap.ts";
import {
  type Argument,
  type Arguments,
  type Command,
  describePositional,
  describePositionals,
  writtenOption,
} from "./_command.ts";
import { words } from "./_commands.ts";
import { exitCodeMeanings } from "./_exit_codes.ts";
import { describeLocation, globalOptions, locate } from "./_global_options.ts";

const width = 79;

/** The help of the whole program; `args` may name the log. */
export async function renderOverview(args: Arguments): Promise<string> {
  const commands = await Promise.all([...words.values()].map((word) => word.load()));
  const rows = commands.map(({ command }) => [usageOf(command), command.meta.description] as const);
  return joinSections([
    ["Knows where the time goes in a voice assistant."],
    ["Usage: timmy-latency WORD [ARGUMENTS] [OPTIONS]"],
    ["Words:", ...columns(rows)],
    ...commonSections(args),
    [
      "More about a word: timmy-latency help WORD",
      "The manual page: timmy-latency help --man | man -l -",
    ],
  ]);
}

/** The help of one word; `args` may name the log. */
export function renderCommandHelp(command: Command, args: Arguments): string {
  const table = Object.entries(command.args);
  const positionalRows = table
    .filter(([, argument]) => argument.type === "positional")
    .map(([name, argument]) => [describePositional(name, argument), argument.description] as const);
  const own = optionRows(command.args);
  return joinSections([
    [`Usage: timmy-latency ${usageOf(command)}${own.length > 0 ? " [OPTIONS]" : ""}`],
    wrap(`${capitalize(command.meta.description)}.`, width),
    ...command.details.map((paragraph) => wrap(paragraph, width)),
    ["Examples:", ...command.examples.map((example) => `  ${example}`)],
    positionalRows.length > 0 ? ["Arguments:", ...columns(positionalRows)] : [],
    own.length > 0 ? ["Options:", ...columns(own)] : [],
    [`Formats: ${command.formats.join(", ")}`],
    ...commonSections(args),
  ]);
}

/** What every help ends with. */
function commonSections(args: Arguments): string[][] {
  return [
    ["Options of every word:", ...columns(optionRows(globalOptions))],
    ["Exit codes:", ...columns(exitCodeMeanings)],
    [whereTheLogIs(args)],
  ];
}

/** Help is given also where no log can be found. */
function whereTheLogIs(args: Arguments): string {
  try {
    return `The log: ${describeLocation(locate(args))}`;
  } catch (error) {
    return error instanceof AccessError ? error.message : String(error);
  }
}

function usageOf(command: Command): string {
  return `${command.meta.name} ${describePositionals(command.args)}`.trimEnd();
}

function optionRows(table: Readonly<Record<string, Argument>>): (readonly [string, string])[] {
  return Object.entries(table)
    .filter(([, option]) => option.type !== "positional")
    .map(([name, option]) => [writtenOption(name, option), option.description] as const);
}

/** Two columns, the second wrapped. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(28, Math.max(...rows.map(([name]) => name.length)));
  return rows.flatMap(([name, description]) => {
    const [first = "", ...more] = wrap(capitalize(description), width - left - 4);
    const indent = " ".repeat(left + 4);
    const opening =
      name.length > left
        ? [`  ${name}`, `${indent}${first}`]
        : [`  ${name.padEnd(left)}  ${first}`];
    return [...opening, ...more.map((line) => `${indent}${line}`)];
  });
}

/** Help is written in sentences. */
function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function joinSections(sections: readonly (readonly string[])[]): string {
  const filled = sections.filter((section) => section.length > 0);
  return `${filled.map((section) => section.join("\n")).join("\n\n")}\n`;
}
