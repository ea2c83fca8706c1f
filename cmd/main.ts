#!/usr/bin/env bun
/**
 * The executable. Finds the word, checks the arguments strictly, runs the command and turns whatever
 * happens into an exit code. `log`, `id` and other words that are waited for are run from here directly:
 * citty is imported only for the rest.
 */
import type { CommandDef } from "citty";
import { AccessError, LockBusyError, UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import packageJson from "../package.json" with { type: "json" };
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { words } from "./_commands.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { globalOptions, helpArguments } from "./_global_options.ts";
import { optimizeFromNowOn } from "./_optimize.ts";
import { flushOut, ReaderGoneError, writeErrorLine, writeOut } from "./_output.ts";
import { parseArguments, splitWord, toCanonical, UnknownWordError } from "./_strict.ts";
import { requireOneOf } from "./_values.ts";

async function main(argv: readonly string[]): Promise<ExitCode> {
  if (argv[0] === "completions" && argv[1] === "--reply") return replyToShell(argv.slice(2));
  const { word, rest } = splitWord(argv);
  if (word === null || word === "help") return help(word, rest);
  const clear = beforeDashes(rest).indexOf("--clear");
  if (word === "analyze" && clear >= 0) return run("clear", rest.toSpliced(clear, 1));
  return run(word, rest);
}

async function help(word: string | null, rest: readonly string[]): Promise<ExitCode> {
  const args = parseArguments(rest, word === null ? {} : helpArguments);
  if (isOn(args, "version")) return showVersion();
  if (isOn(args, "man")) {
    const { renderManual } = await import("./_man.ts");
    writeOut(await renderManual());
    return exitCodes.fine;
  }
  const { renderCommandHelp, renderOverview } = await import("./_help.ts");
  const about = textOf(args, "word") ?? "help";
  const text = about === "help" ? renderOverview(args) : renderCommandHelp(await load(about), args);
  writeOut(await text);
  return exitCodes.fine;
}

/** Answers the shells' completion scripts: what fits at the end of the line, behind `--`. */
async function replyToShell(line: readonly string[]): Promise<ExitCode> {
  const { complete } = await import("./_complete.ts");
  const { kind, candidates } = await complete(line[0] === "--" ? line.slice(1) : line);
  const rows = candidates.map(([word, description]) => `${word}\t${description}`);
  writeOut(`${[kind, ...rows].join("\n")}\n`);
  return exitCodes.fine;
}

async function run(name: string, rest: readonly string[]): Promise<ExitCode> {
  const command = await load(name);
  const asked = beforeDashes(rest);
  if (asked.includes("--help") || asked.includes("-h")) {
    const { renderCommandHelp } = await import("./_help.ts");
    writeOut(renderCommandHelp(command, parseLeniently(rest, command)));
    return exitCodes.fine;
  }
  if (asked.includes("--version") || asked.includes("-V")) return showVersion();
  const args = parseArguments(rest, command.args);
  checkGlobalValues(command, args);
  const { isLight, optimizesLater } = words.get(name) ?? {};
  if (isLight) return command.run({ args });
  if (!optimizesLater) optimizeFromNowOn();
  const { runCommand } = await import("citty");
  const definition = {
    ...command,
    args: { ...globalOptions, ...command.args },
    // citty keeps only the last of a repeated option: the command gets what was checked.
    run: () => command.run({ args }),
  };
  const { result } = await runCommand(definition as CommandDef, { rawArgs: toCanonical(args) });
  return result as ExitCode;
}

/** What can be read of a command line that asks for help, for which mistakes are forgiven. */
function parseLeniently(rest: readonly string[], command: Command): Arguments {
  try {
    return parseArguments(rest, command.args);
  } catch {
    return { _: [] };
  }
}

/** The arguments before `--`: behind it nothing is an option. */
function beforeDashes(rest: readonly string[]): readonly string[] {
  const dashes = rest.indexOf("--");
  return dashes < 0 ? rest : rest.slice(0, dashes);
}

async function load(name: string): Promise<Command> {
  const word = words.get(name);
  if (word === undefined) {
    const known = [...words.keys(), "help"];
    const wayOut = "timmy-latency help lists what there is";
    throw new UnknownWordError(`Unknown word ${quote(name)}`, name, known, wayOut);
  }
  return (await word.load()).command;
}

function checkGlobalValues(command: Command, args: Arguments): void {
  const format = textOf(args, "format");
  if (format !== undefined) requireOneOf(format, "--format", command.formats);
  const color = textOf(args, "color");
  if (color !== undefined) requireOneOf(color, "--color", globalOptions.color.values);
}

function showVersion(): ExitCode {
  writeOut(`timmy-latency ${packageJson.version}\n`);
  return exitCodes.fine;
}

/** Says what went wrong and finds the exit code that means it. */
async function conclude(error: unknown): Promise<ExitCode> {
  if (error instanceof ReaderGoneError) return exitCodes.fine;
  const message = error instanceof Error ? error.message : String(error);
  writeErrorLine(`timmy-latency: ${message}${await suggestion(error)}`);
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof LockBusyError) return exitCodes.busy;
  if (!(error instanceof AccessError))
    writeErrorLine("timmy-latency: This is a bug; please report it");
  return exitCodes.access;
}

async function suggestion(error: unknown): Promise<string> {
  if (!(error instanceof UnknownWordError)) return "";
  const { closest, distance } = await import("fastest-levenshtein");
  const nearest = closest(error.written, [...error.known]);
  const { length } = error.written;
  const isNear = distance(error.written, nearest) <= Math.min(length - 1, Math.max(2, length / 3));
  return isNear ? `; did you mean ${nearest}?` : `; ${error.wayOut}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
  flushOut();
} catch (error) {
  process.exitCode = await conclude(error);
  try {
    flushOut();
  } catch {}
}
