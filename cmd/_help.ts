import type { Argument, Command } from "./_command.ts";
import { words } from "./_commands.ts";
import { exitCodeMeanings } from "./_exit_codes.ts";
import { describeLocation, globalOptions, locate } from "./_global_options.ts";

const width = 79;

/** The help of the whole program. */
export async function renderOverview(): Promise<string> {
  const commands = await Promise.all([...words.values()].map((word) => word.load()));
  const rows = commands.map(({ command }) => [usageOf(command), command.meta.description] as const);
  return joinSections([
    ["timmy-latency knows where the time goes in a voice assistant"],
    ["Usage: timmy-latency [OPTIONS] WORD …"],
    ["Words:", ...columns(rows)],
    ["Options of every word:", ...columns(optionRows(globalOptions))],
    ["Exit codes:", ...columns(exitCodeMeanings)],
    [`The log: ${describeLocation(locate({ _: [] }))}`],
    ["More about a word: timmy-latency help WORD"],
  ]);
}

/** The help of one word. */
export function renderCommandHelp(command: Command): string {
  const { args } = command;
  const positionals = Object.entries(args).filter(([, argument]) => argument.type === "positional");
  const positionalRows = positionals.map(
    ([name, argument]) => [positionalName(name, argument), argument.description] as const,
  );
  const own = optionRows(args);
  return joinSections([
    [`Usage: timmy-latency ${usageOf(command)}${own.length > 0 ? " [OPTIONS]" : ""}`],
    wrap(`${command.meta.description}.`, width),
    ...command.details.map((paragraph) => wrap(paragraph, width)),
    positionalRows.length > 0 ? ["Arguments:", ...columns(positionalRows)] : [],
    own.length > 0 ? ["Options:", ...columns(own)] : [],
    ["Options of every word:", ...columns(optionRows(globalOptions))],
    command.formats.length > 1 ? [`Formats: ${command.formats.join(", ")}`] : [],
    ["Examples:", ...command.examples.map((example) => `  ${example}`)],
    [`The log: ${describeLocation(locate({ _: [] }))}`],
  ]);
}

function usageOf(command: Command): string {
  const names = Object.entries(command.args)
    .filter(([, argument]) => argument.type === "positional")
    .map(([name, argument]) => positionalName(name, argument));
  return [command.meta.name, ...names].join(" ");
}

function positionalName(name: string, argument: Argument): string {
  const text = `${name.toUpperCase()}${argument.repeatable ? "…" : ""}`;
  return argument.required ? text : `[${text}]`;
}

function optionRows(table: Readonly<Record<string, Argument>>): (readonly [string, string])[] {
  return Object.entries(table)
    .filter(([, option]) => option.type !== "positional")
    .map(([name, option]) => {
      const short = option.alias === undefined ? "" : `-${option.alias}, `;
      const long = option.default === true ? `--no-${name}` : `--${name}`;
      const value = option.type === "string" ? ` ${option.valueHint ?? "VALUE"}` : "";
      return [`${short}${long}${value}`, option.description] as const;
    });
}

/** Two columns, the second wrapped. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(28, Math.max(...rows.map(([name]) => name.length)));
  return rows.flatMap(([name, description]) => {
    const lines = wrap(description, width - left - 4);
    const first = name.length > left ? [`  ${name}`, ""] : [`  ${name.padEnd(left)}  `];
    if (first.length > 1) first[1] = " ".repeat(left + 4);
    return [
      ...first.slice(0, -1),
      `${first.at(-1)}${lines[0] ?? ""}`,
      ...lines.slice(1).map((line) => `${" ".repeat(left + 4)}${line}`),
    ];
  });
}

function wrap(text: string, columnsWide: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columnsWide) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function joinSections(sections: readonly (readonly string[])[]): string {
  const filled = sections.filter((section) => section.length > 0);
  return `${filled.map((section) => section.join("\n")).join("\n\n")}\n`;
}
