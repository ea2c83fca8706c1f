import { type Argument, type ArgumentTable, optionName } from "./_command.ts";

/** How far a line that is being typed has come. */
export interface Place {
  /** The option whose value is to come; null if none. */
  readonly pending: readonly [name: string, option: Argument] | null;
  /** Names of the options given so far. */
  readonly used: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** Behind `--`, where nothing is an option. */
  readonly isBehindDashes: boolean;
  /** The log that `--log` names. */
  readonly log: string | null;
  /** Arguments that were read. */
  readonly taken: number;
}

/**
 * Reads what was typed before the cursor by a table, forgiving what is wrong in it; `stopsAtWord`: only up to
 * the first argument that is no option.
 */
export function walk(tokens: readonly string[], table: ArgumentTable, stopsAtWord: boolean): Place {
  const used = new Set<string>();
  const positionals: string[] = [];
  let log: string | null = null;
  let pending: Place["pending"] = null;
  let isBehindDashes = false;
  let taken = 0;
  for (const token of tokens) {
    taken++;
    if (pending !== null) {
      if (pending[0] === "log") log = token;
      const isMissing = pending[1].whenBare !== undefined && token.startsWith("--");
      pending = null;
      if (!isMissing) continue;
    }
    if (isBehindDashes || token === "-" || !token.startsWith("-")) {
      positionals.push(token);
      if (stopsAtWord) break;
    } else if (token === "--") {
      isBehindDashes = true;
    } else {
      const [written = "", value] = token.split(/=(.*)/s);
      const option = findOption(written, table);
      if (option === null) continue;
      used.add(option[0]);
      if (option[0] === "log" && value !== undefined) log = value;
      if (option[1].type === "string" && value === undefined) pending = option;
    }
  }
  return { pending, used, positionals, isBehindDashes, log, taken };
}

/** The option of the table that `written` (`--name`, `--no-name`, `-n`) means, or null. */
export function findOption(written: string, table: ArgumentTable): [string, Argument] | null {
  const found = Object.entries(table).find(
    ([name, option]) =>
      option.type !== "positional" &&
      (written === optionName(name, option) || written === `-${option.alias}`),
  );
  return found ?? null;
}
