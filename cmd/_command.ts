/**
 * What a command is made of. The table of arguments is citty's, with four words of our own that
 * citty passes over; `log` and `id` are answered from the same tables without citty being loaded.
 */
import type { ExitCode } from "./_exit_codes.ts";

/** An option (`--name`) or positional argument of a command. */
export interface Argument {
  readonly type: "string" | "boolean" | "positional";
  readonly description: string;
  /** What to write for the value: `N`, `FILE`. */
  readonly valueHint?: string;
  readonly default?: boolean;
  /** One letter: `-h`. */
  readonly alias?: string;
  readonly required?: boolean;
  /** What usage calls a positional argument, instead of its name. */
  readonly label?: string;
  /** The switch that makes a positional argument needless. */
  readonly unless?: string;
  /** A positional argument that stands behind `--`, so that its own options are not taken for ours. */
  readonly behindDashes?: boolean;
  /** The value of an option written without one. */
  readonly whenBare?: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  /** The values there are, for completions; `--format` has those of its command. */
  readonly values?: readonly string[];
  /** What completions offer as its value. */
  readonly completes?: Completion;
}

/** Where an argument's values come from: the file system, or names that the log holds. */
export type Completion =
  | "file"
  | "folder"
  | "command"
  | "request"
  | "session"
  | "service"
  | "event";

/** A command's arguments by name, positional ones in their order. */
export type ArgumentTable = Readonly<Record<string, Argument>>;

/** What the user wrote, checked against a table; repeatable arguments are lists. */
export interface Arguments {
  readonly _: readonly string[];
  readonly [name: string]: string | boolean | readonly string[] | undefined;
}

/** A word the user can type. */
export interface Command {
  readonly meta: { readonly name: string; readonly description: string };
  readonly args: ArgumentTable;
  /** What `--help` says beyond the arguments, a paragraph each. */
  readonly details: readonly string[];
  readonly examples: readonly string[];
  /** The values of `--format` it knows; the first is the default. */
  readonly formats: readonly string[];
  run(context: { readonly args: Arguments }): ExitCode | Promise<ExitCode>;
}

/** The positional arguments of a table as usage writes them: `ID SERVICE EVENT`, `[FILE…]`. */
export function describePositionals(table: ArgumentTable): string {
  return Object.entries(table)
    .filter(([, argument]) => argument.type === "positional")
    .map(([name, argument]) => describePositional(name, argument))
    .join(" ");
}

/** One positional argument as usage writes it. */
export function describePositional(name: string, argument: Argument): string {
  const dashes = argument.behindDashes ? "-- " : "";
  if (argument.label !== undefined) return argument.label;
  const text = `${dashes}${name.toUpperCase()}${argument.repeatable ? "…" : ""}`;
  return argument.required ? text : `[${text}]`;
}

/** An option as it is typed: `--summary`, or `--no-chart` for a switch that is on. */
export function optionName(name: string, option: Argument): string {
  return option.default === true ? `--no-${name}` : `--${name}`;
}

/** An option as help writes it: `-h, --help`, `--tail N`. */
export function writtenOption(name: string, option: Argument): string {
  const short = option.alias === undefined ? "" : `-${option.alias}, `;
  const value = option.type === "string" ? ` ${option.valueHint ?? "VALUE"}` : "";
  return `${short}${optionName(name, option)}${value}`;
}

/** The text of an option, or undefined if it was not given. */
export function textOf(args: Arguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" ? value : undefined;
}

/** All values of a repeatable option or positional, in their order. */
export function listOf(args: Arguments, name: string): readonly string[] {
  const value = args[name];
  if (Array.isArray(value)) return value;
  return typeof value === "string" ? [value] : [];
}

/** Whether a switch is on. */
export function isOn(args: Arguments, name: string): boolean {
  return args[name] === true;
}
