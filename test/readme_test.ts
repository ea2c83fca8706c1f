/** What the README tells of words, options and exit codes is what the program has. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Argument } from "../cmd/_command.ts";
import { words } from "../cmd/_commands.ts";
import { exitCodeMeanings } from "../cmd/_exit_codes.ts";
import { globalOptions, helpArguments } from "../cmd/_global_options.ts";
import { run, temporaryFolder } from "./support/binary.ts";

const readme = readFileSync(join(import.meta.dir, "..", "README.md"), "utf8");
const commands = await Promise.all(
  [...words].map(async ([name, word]) => ({ name, command: (await word.load()).command })),
);

/** The rows of the table whose first column has that title, cells trimmed and without backticks. */
function tableOf(title: string): string[][] {
  const lines = readme.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\| ${title} +\\|`).test(line));
  expect(start).toBeGreaterThan(0);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "").replaceAll("\\|", "|")),
  );
}

describe("the README's words", () => {
  const rows = tableOf("word");

  test("are those of the program, in the order of help", () => {
    const listed = rows.map(([usage = ""]) => usage.split(" ")[0] ?? "");
    expect([...new Set(listed)]).toEqual([...words.keys()]);
    expect(rows.length).toBe(words.size + 1);
    expect(words.size).toBeGreaterThanOrEqual(9);
  });

  test("are those of --help", async () => {
    const { stdout } = await run(["--help"]);
    const [, section = ""] = /Words:\n([\s\S]*?)\n\n/.exec(stdout) ?? [];
    const shown = [...section.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, word]) => word);
    expect(shown).toEqual([...words.keys()]);
  });

  test("have only options that exist", () => {
    let options = 0;
    for (const [usage = ""] of rows) {
      const command = commands.find(({ name }) => name === usage.split(" ")[0])?.command;
      for (const [, option = ""] of usage.matchAll(/--([a-z-]+)/g)) {
        options++;
        expect(Object.keys(command?.args ?? {})).toContain(option);
      }
    }
    expect(options).toBeGreaterThanOrEqual(11);
  });

  test("are each explained in a paragraph or the table of words", () => {
    const explained = [...readme.matchAll(/^\*\*`([a-z]+)[^`]*`/gm)].map(([, word]) => word);
    expect(explained).toEqual(
      expect.arrayContaining(["log", "run", "sdk", "sessions", "rotate", "doctor"]),
    );
  });
});

test("every option that the README names exists", () => {
  const known = new Set(
    [globalOptions, helpArguments, ...commands.map(({ command }) => command.args)].flatMap(
      (table) =>
        Object.entries<Argument>(table).map(([name, { default: isOn }]) =>
          isOn ? `no-${name}` : name,
        ),
    ),
  );
  /** Of programs that are not ours. */
  const foreign = new Set(["yes", "user", "now", "prefix", "bun"]);
  const named = [...readme.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((name) => !known.has(name) && !foreign.has(name))).toEqual([]);
});

test("the README's exit codes are those of the program and of --help", async () => {
  const rows = tableOf("code");
  expect(rows).toEqual(exitCodeMeanings.map(([code, meaning]) => [code, meaning]));
  expect(rows.length).toBe(8);
  const { stdout } = await run(["--help"]);
  const [, section = ""] = /Exit codes:\n([\s\S]*?)\n\n/.exec(stdout) ?? [];
  const help = section.replace(/\s+/g, " ").toLowerCase();
  for (const [code = "", meaning = ""] of rows)
    expect(help).toContain(`${code} ${meaning}`.toLowerCase());
});

test("every word with JSON has its shape in the README", () => {
  const [, shapes = ""] = /## JSON\n[\s\S]*?```\n([\s\S]*?)```/.exec(readme) ?? [];
  const documented = [...shapes.matchAll(/^([a-z]+) *= \{schema: 1/gm)].map(([, word]) => word);
  const wanted = commands.filter(({ command }) => command.formats.includes("json"));
  expect(documented.sort()).toEqual(wanted.map(({ name }) => name).sort());
  expect(documented.length).toBeGreaterThanOrEqual(5);
});

test("the README's sample of doctor has the checks that doctor prints, in their order", async () => {
  using folder = temporaryFolder();
  const options = { cwd: folder.path };
  await run(["log", "a", "stt", "stt_x", "--log", "x.log"], options);
  const { stdout } = await run(["doctor", "--log", "x.log"], options);
  const [, sample = ""] = /\$ timmy-latency doctor\n([\s\S]*?)```/.exec(readme) ?? [];
  const namesIn = (text: string) =>
    [...text.matchAll(/^(?:ok {2}|note|CARE) {2}(\S.*?) {2,}\S/gm)].map(([, name]) => name);
  expect(namesIn(sample)).toEqual(namesIn(stdout));
  expect(namesIn(sample).length).toBe(16);
});
