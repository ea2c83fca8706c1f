import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Argument } from "../../cmd/_command.ts";
import { words } from "../../cmd/_commands.ts";
import { exitCodeMeanings } from "../../cmd/_exit_codes.ts";
import { globalOptions, helpArguments } from "../../cmd/_global_options.ts";
import { run, runProgram, temporaryFolder } from "../support/binary.ts";
import { describeWithTools } from "../support/tools.ts";

setDefaultTimeout(60_000);

const commands = await Promise.all(
  [...words].map(async ([name, word]) => ({ name, command: (await word.load()).command })),
);
const tables: readonly (readonly [string, Readonly<Record<string, Argument>>])[] = [
  ...commands.map(({ name, command }) => [name, command.args] as const),
  ["help", helpArguments],
  ["every word", globalOptions],
];
const { stdout: page, stderr, code } = await run(["help", "--man"]);

/** The page as plain text, undone what roff needs. */
const plain = page
  .replace(/\\\[u([0-9A-F]+)\]/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  )
  .replaceAll("\\-", "-")
  .replaceAll("\\(aq", "'")
  .replaceAll("\\(ga", "`")
  .replaceAll("\\(ti", "~")
  .replaceAll("\\(ha", "^")
  .replaceAll("\\(dq", '"')
  .replaceAll("\\&", "")
  .replaceAll("\\e", "\\");

test("help --man prints the page and nothing else, the same everywhere", async () => {
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  const elsewhere = { cwd: "/", env: { TZ: "Asia/Tokyo", HOME: "/home/user", LC_ALL: "C" } };
  expect((await run(["--quiet", "help", "analyze", "--man"], elsewhere)).stdout).toBe(page);
  expect(page).toMatch(/^\.TH TIMMY-LATENCY 1 /);
  expect(page).not.toMatch(/\P{ASCII}/u);
});

test("the page has every word, its examples, every exit code and every flag with its help", () => {
  let flags = 0;
  for (const { name, command } of commands) {
    expect(plain).toContain(`\n.SS ${name}`);
    for (const example of command.examples) expect(plain).toContain(`\n${example}\n`);
  }
  const flat = plain.replace(/\s+/g, " ");
  for (const [name, table] of tables) {
    const start = name === "every word" ? flat.indexOf(".SH OPTIONS") : flat.indexOf(`.SS ${name}`);
    const rest = flat.slice(start + 4);
    const section = rest.slice(0, rest.search(/ \.S[SH] /));
    for (const [flag, { type, default: isOn, description }] of Object.entries(table)) {
      flags++;
      const written = isOn ? `--no-${flag}` : `--${flag}`;
      if (type !== "positional")
        expect([name, section]).toEqual([name, expect.stringContaining(written)]);
      expect([name, section]).toEqual([name, expect.stringContaining(description.slice(1))]);
    }
  }
  for (const [status, meaning] of exitCodeMeanings) {
    expect(flat).toContain(
      `.TP .B ${status} ${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}`,
    );
  }
  expect(flags).toBeGreaterThan(90);
});

test("a flag without help text does not exist", () => {
  let flags = 0;
  for (const [name, table] of tables) {
    for (const [flag, { description }] of Object.entries(table)) {
      flags++;
      expect([name, flag, description]).toEqual([
        name,
        flag,
        expect.stringMatching(/^\S.{6,}[^.\s]$/),
      ]);
    }
  }
  expect(flags).toBeGreaterThan(90);
});

for (const [tool, ...options] of [
  ["groff", "-man", "-Wall", "-ww", "-Tutf8"],
  ["mandoc", "-Tlint", "-Wwarning"],
] as const) {
  describeWithTools(`the manual page for ${tool}`, [tool], () => {
    test(`${tool} has nothing to complain of`, async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, "timmy-latency.1");
      writeFileSync(path, page);
      const ran = await runProgram([tool, ...options, path]);
      // A date would make a page of every day, and two builds of one version would differ.
      const complaints = (tool === "mandoc" ? ran.stdout : "")
        .split("\n")
        .filter((line) => line !== "" && !line.includes("missing date"));
      expect([complaints, ran.stderr]).toEqual([[], ""]);
      if (tool === "groff") expect(ran.stdout).toContain("--correct-clocks");
    });
  });
}
