/**
 * What fits at the cursor. The shells' scripts hand over the line as it was typed so far, and it is read
 * by the tables that commands are checked by, more leniently: whoever completes is not finished.
 */
import type { NameKind } from "../lib/log/recent_names.ts";
import { recentNames } from "../lib/log/recent_names.ts";
import { formatAge } from "../lib/units/duration.ts";
import {
  type Argument,
  type ArgumentTable,
  type Command,
  type Completion,
  optionName,
} from "./_command.ts";
import { words } from "./_commands.ts";
import { globalOptions, helpArguments, locate } from "./_global_options.ts";
import { findOption, type Place, walk } from "./_typed_line.ts";

/** What fits: words with a description each, and whether files or commands do. */
export interface Reply {
  readonly kind: "words" | "files" | "folders" | "commands";
  readonly candidates: readonly (readonly [word: string, description: string])[];
}

const nothing: Reply = { kind: "words", candidates: [] };

/** Finds what fits at the end of `line`: the arguments so far, of which the last is being typed. */
export async function complete(line: readonly string[]): Promise<Reply> {
  const current = line.at(-1) ?? "";
  const before = line.slice(0, -1);
  const opening = walk(before, globalOptions, true);
  const word = opening.positionals[0];
  if (word === undefined) {
    const reply = completeArgument(current, opening, globalOptions, null);
    return reply ?? startingWith(current, await describeWords());
  }
  const rest = before.slice(opening.taken);
  if (word === "help") {
    const table = { ...globalOptions, ...helpArguments };
    const place = walk(rest, table, false);
    const isWord = place.positionals.length === 0 && !current.startsWith("-");
    if (isWord) return startingWith(current, await describeWords());
    return completeArgument(current, place, table, null) ?? nothing;
  }
  const command = (await words.get(word)?.load())?.command;
  if (command === undefined) return nothing;
  const table = { ...globalOptions, ...command.args };
  const place = walk(rest, table, false);
  const known = { ...place, log: place.log ?? opening.log, used: place.used.union(opening.used) };
  return completeArgument(current, known, table, command) ?? nothing;
}

/** What fits as an option, its value or a positional argument; null if the table has none for it. */
function completeArgument(
  current: string,
  place: Place,
  table: ArgumentTable,
  command: Command | null,
): Reply | null {
  const { pending } = place;
  const isOption = !place.isBehindDashes && current.startsWith("-") && current !== "-";
  if (pending !== null && !(isOption && pending[1].whenBare !== undefined)) {
    return completeValue(current, "", pending, place, command);
  }
  if (isOption) {
    const [written = "", value] = current.split(/=(.*)/s);
    if (value === undefined) return startingWith(current, unusedOptions(table, place));
    const option = findOption(written, table);
    return option === null ? nothing : completeValue(value, `${written}=`, option, place, command);
  }
  if (current === "-") return startingWith(current, unusedOptions(table, place));
  const positional = positionalAt(place.positionals.length, table);
  return positional === null ? null : completeValue(current, "", positional, place, command);
}

function unusedOptions(table: ArgumentTable, place: Place): [string, string][] {
  return Object.entries(table)
    .filter(([, option]) => option.type !== "positional")
    .filter(([name, option]) => option.repeatable === true || !place.used.has(name))
    .map(([name, option]) => [optionName(name, option), option.description]);
}

function positionalAt(index: number, table: ArgumentTable): [string, Argument] | null {
  const positionals = Object.entries(table).filter(([, { type }]) => type === "positional");
  const last = positionals.at(-1);
  const isMore = last !== undefined && last[1].repeatable === true;
  return positionals[index] ?? (isMore ? last : null);
}

/** What fits as the value of an argument; `prefix` is what of the word stands before the value. */
function completeValue(
  current: string,
  prefix: string,
  [name, argument]: readonly [string, Argument],
  place: Place,
  command: Command | null,
): Reply {
  const values = name === "format" ? command?.formats : argument.values;
  if (values !== undefined) {
    return startingWith(
      `${prefix}${current}`,
      values.map((value) => [`${prefix}${value}`, ""]),
    );
  }
  const { completes } = argument;
  if (completes === undefined) return nothing;
  const kind = kinds[completes];
  if (kind !== undefined) return { kind, candidates: [] };
  const names = namesInLog(completes as NameKind, place, command);
  return startingWith(
    `${prefix}${current}`,
    names.map(([one, description]) => [`${prefix}${one}`, description]),
  );
}

const kinds: Partial<Record<Completion, Reply["kind"]>> = {
  file: "files",
  folder: "folders",
  command: "commands",
};

/** Names in the log that the line means: FILE, where the word takes any, else as everywhere. */
function namesInLog(kind: NameKind, place: Place, command: Command | null): [string, string][] {
  const now = Date.now() / 1000;
  const file = command?.args["file"] === undefined ? null : (place.positionals.at(-1) ?? null);
  try {
    const named = file ?? place.log;
    const path = named === null ? locate({ _: [] }).path : withHome(named);
    return recentNames(path, kind).map(({ name, lastSeconds }) => [
      name,
      `${formatAge(now - lastSeconds)} ago`,
    ]);
  } catch {
    return [];
  }
}

/** Shells hand over what was typed, `~/` included. */
function withHome(path: string): string {
  return path.replace(/^~(?=\/)/, () => process.env["HOME"] ?? "~");
}

async function describeWords(): Promise<[string, string][]> {
  const commands = await Promise.all([...words.values()].map((word) => word.load()));
  const described = commands.map(({ command: { meta } }): [string, string] => [
    meta.name,
    meta.description,
  ]);
  return [...described, ["help", "explain a word"]];
}

function startingWith(current: string, candidates: readonly [string, string][]): Reply {
  return { kind: "words", candidates: candidates.filter(([word]) => word.startsWith(current)) };
}
