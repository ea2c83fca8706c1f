/**
 * The strict front: citty accepts unknown options, swallows missing values and keeps only the last of
 * repeated ones, so every command line is checked here first, against the same table of arguments.
 */
import { UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import {
  type Argument,
  type Arguments,
  type ArgumentTable,
  describePositionals,
} from "./_command.ts";
import { globalOptions } from "./_global_options.ts";

type Values = Record<string, string | boolean | string[]>;

/** A command line, cut at its word. */
export interface CommandLine {
  /** The first argument that is neither an option nor an option's value. */
  readonly word: string | null;
  /** Everything else, global options before the word included. */
  readonly rest: readonly string[];
}

/**
 * Finds the word of a command line; before it only global options may stand.
 *
 * @throws UsageError for any other option before it.
 */
export function splitWord(argv: readonly string[]): CommandLine {
  const values: Values = {};
  let index = 0;
  while (index < argv.length && argv[index]?.startsWith("-") && argv[index] !== "-") {
    if (argv[index] === "--") break;
    index = takeOption(argv, index, globalOptions, values, "before the word");
  }
  const word = argv[index] === "--" ? undefined : argv[index];
  return { word: word ?? null, rest: [...argv.slice(0, index), ...argv.slice(index + 1)] };
}

/**
 * Reads the arguments of a command strictly.
 *
 * @throws UsageError for an unknown or repeated option, a missing value, or too few or too many
 * positional arguments.
 */
export function parseArguments(rest: readonly string[], table: ArgumentTable): Arguments {
  const options = { ...globalOptions, ...table };
  const values: Values = {};
  const positionals: string[] = [];
  for (let index = 0; index < rest.length; ) {
    const token = rest[index] ?? "";
    if (token === "--") {
      positionals.push(...rest.slice(index + 1));
      break;
    }
    if (token.startsWith("-") && token !== "-") {
      index = takeOption(rest, index, options, values, "");
    } else {
      positionals.push(token);
      index++;
    }
  }
  return { ...values, ...assignPositionals(positionals, table, values), _: positionals };
}

/** Writes checked arguments so that citty cannot misread them. */
export function toCanonical(args: Arguments): string[] {
  const options = Object.entries(args).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    if (value === false) return [`--no-${name}`];
    return typeof value === "string" ? [`--${name}=${value}`] : [];
  });
  return [...options, "--", ...args._];
}

/** Reads the option at `index` into `values`; returns the index behind it. */
function takeOption(
  argv: readonly string[],
  index: number,
  table: ArgumentTable,
  values: Values,
  place: string,
): number {
  const token = argv[index] ?? "";
  const equals = token.indexOf("=");
  const written = equals < 0 ? token : token.slice(0, equals);
  const [name, option, isNegated] = findOption(written, table, place);
  if (values[name] !== undefined && !option.repeatable) {
    const reason = option.type === "boolean" ? "once is enough" : "it has one value";
    throw new UsageError(`Cannot use ${written} twice: ${reason}`);
  }
  if (option.type === "boolean") {
    if (equals >= 0) throw new UsageError(`Cannot give ${written} a value: it is on or off`);
    values[name] = !isNegated;
    return index + 1;
  }
  const [value, next] = takeValue(argv, index, equals, written, option);
  const before = values[name];
  values[name] = option.repeatable ? [...(Array.isArray(before) ? before : []), value] : value;
  return next;
}

function takeValue(
  argv: readonly string[],
  index: number,
  equals: number,
  written: string,
  option: Argument,
): [value: string, next: number] {
  // An empty value is a missing one: what a script passes when its variable is not set.
  if (equals >= 0 && equals < (argv[index] ?? "").length - 1) {
    return [(argv[index] ?? "").slice(equals + 1), index + 1];
  }
  const value = equals >= 0 ? "" : argv[index + 1];
  if (value !== undefined && value !== "" && !value.startsWith("--")) return [value, index + 2];
  if (option.whenBare !== undefined && value !== "") return [option.whenBare, index + 1];
  const hint = option.valueHint ?? "VALUE";
  throw new UsageError(`Cannot use ${written} without a value: write ${written} ${hint}`);
}

/** The option of the table that `written` (`--name`, `--no-name`, `-n`) means. */
function findOption(
  written: string,
  table: ArgumentTable,
  place: string,
): [name: string, option: Argument, isNegated: boolean] {
  for (const [name, option] of Object.entries(table)) {
    if (option.type === "positional") continue;
    const isSwitchedOff = option.type === "boolean" && option.default === true;
    if (isSwitchedOff ? written === `--no-${name}` : written === `--${name}`) {
      return [name, option, isSwitchedOff];
    }
    if (option.alias !== undefined && written === `-${option.alias}`) return [name, option, false];
  }
  const where = place === "" ? "" : ` ${place}`;
  const known = Object.entries(table)
    .filter(([, option]) => option.type !== "positional")
    .map(([name, option]) => (option.default === true ? `--no-${name}` : `--${name}`));
  const wayOut =
    place === "" ? "--help lists what there is" : "options of one word stand behind it";
  throw new UnknownWordError(`Unknown option ${quote(written)}${where}`, written, known, wayOut);
}

/**
 * An option or word that does not exist; whoever reports it may suggest one of the `known`, or else
 * the way out.
 */
export class UnknownWordError extends UsageError {
  readonly written: string;
  readonly known: readonly string[];
  readonly wayOut: string;

  constructor(message: string, written: string, known: readonly string[], wayOut: string) {
    super(message);
    this.written = written;
    this.known = known;
    this.wayOut = wayOut;
  }
}

/** Gives positional arguments the names of the table; a repeatable one takes all that is left. */
function assignPositionals(
  positionals: readonly string[],
  table: ArgumentTable,
  options: Values,
): Values {
  const values: Values = {};
  let taken = 0;
  for (const [name, argument] of Object.entries(table)) {
    if (argument.type !== "positional") continue;
    if (argument.unless !== undefined && options[argument.unless] === true) continue;
    const value = positionals[taken];
    if (value === undefined && argument.required) {
      throw new UsageError(
        `Missing argument ${name.toUpperCase()}: write ${describePositionals(table)}`,
      );
    }
    if (argument.repeatable) values[name] = positionals.slice(taken);
    else if (value !== undefined) values[name] = value;
    taken = argument.repeatable ? positionals.length : taken + 1;
  }
  const surplus = positionals[taken];
  if (surplus !== undefined) {
    const wanted = taken === 0 ? "none is taken here" : `write ${describePositionals(table)}`;
    throw new UsageError(`Cannot use the surplus argument ${quote(surplus)}: ${wanted}`);
  }
  return values;
}
