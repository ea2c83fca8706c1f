import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { words } from "../../cmd/_commands.ts";
import { exitCodeMeanings } from "../../cmd/_exit_codes.ts";
import { globalOptions } from "../../cmd/_global_options.ts";
import { run } from "../support/binary.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const home = { env: { HOME: "/home/user" }, cwd: "/" };
const commands = await Promise.all(
  [...words].map(async ([name, word]) => ({ name, command: (await word.load()).command })),
);

/** What every help has to say. */
function expectGoodHelp(text: string): void {
  for (const line of text.split("\n")) {
    expect(line.length).toBeLessThan(80);
    expect(line).toBe(line.trimEnd());
  }
  expect(text).toEndWith("\n");
  expect(text).not.toContain("\n\n\n");
  for (const name of Object.keys(globalOptions)) expect(text).toContain(`--${name}`);
  for (const [code, meaning] of exitCodeMeanings) {
    const [first = ""] = meaning.slice(1).split(" (");
    expect(text).toMatch(new RegExp(`^  ${code.replace("+", "\\+")} +.${first}`, "m"));
  }
  expect(text).toContain(
    "The log: /home/user/.local/state/timmy-latency/latency.log (by home folder)\n",
  );
}

test("no word, help, -h and --help show the same overview", async () => {
  const [first, ...others] = await Promise.all(
    [[], ["help"], ["-h"], ["--help"], ["help", "help"], ["--quiet"]].map((args) =>
      run(args, home),
    ),
  );
  expect(first).toMatchObject({ code: 0, stderr: "" });
  for (const other of others) expect(other).toEqual(first as never);
  const text = first?.stdout ?? "";
  expectGoodHelp(text);
  for (const { name, command } of commands) {
    expect(text).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    const [firstWord = ""] = command.meta.description.split(" ");
    expect(text).toContain(`${firstWord.charAt(0).toUpperCase()}${firstWord.slice(1)}`);
  }
  expect(commands.length).toBeGreaterThanOrEqual(4);
});

describe("the help of a word", () => {
  for (const { name, command } of commands) {
    test(`help ${name}, ${name} --help and ${name} -h say the same, in full`, async () => {
      const [first, ...others] = await Promise.all(
        [
          ["help", name],
          [name, "--help"],
          [name, "-h"],
          ["-h", name],
          ["--help", name],
          // Who asks for help may have got the rest wrong.
          [name, "--bogus", "--help"],
        ].map((args) => run(args, home)),
      );
      expect(first).toMatchObject({ code: 0, stderr: "" });
      for (const other of others) expect(other).toEqual(first as never);
      const text = first?.stdout ?? "";
      expectGoodHelp(text);
      for (const [argument, details] of Object.entries(command.args)) {
        const { type, description, alias, default: isOn } = details;
        const short = alias === undefined ? "" : `-${alias}, `;
        const written = `${short}${isOn === true ? `--no-${argument}` : `--${argument}`}`;
        expect(text).toContain(type === "positional" ? argument.toUpperCase() : `  ${written}`);
        expect(text.replace(/\s+/g, " ")).toContain(description.slice(1));
      }
      for (const example of command.examples) {
        expect(text).toContain(`\n  ${example}\n`);
      }
      expect(command.examples.length).toBeGreaterThan(0);
      if ("file" in command.args) expect(text).toContain("\nMemory: ");
    });
  }
});

test("a sentence of help begins with a capital", async () => {
  for (const { name } of commands) {
    const { stdout } = await run(["help", name], home);
    const rows = stdout.split("\n").filter((line) => /^ {2}\S.* {2}\S/.test(line));
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect(row).toMatch(/^ {2}\S.*? {2,}[^a-z]/);
  }
});

test("help names the log that the options and the environment choose", async () => {
  const named = await run(["help", "analyze", "--log", "a.log"], home);
  expect(named.stdout).toContain("The log: a.log (by --log)\n");
  expect(await run(["--log", "a.log", "analyze", "--help"], home)).toEqual(named);
  expect((await run(["--log", "a.log"], home)).stdout).toContain("The log: a.log (by --log)\n");
  const env = { TIMMY_LATENCY_LOG: "/b.log" };
  expect((await run(["log", "-h"], { cwd: "/", env })).stdout).toContain(
    "The log: /b.log (by TIMMY_LATENCY_LOG)\n",
  );
});

test("behind -- it is no question for help", async () => {
  const ran = await run(["analyze", "--", "--help"], home);
  expect(ran).toEqual({
    code: 5,
    stdout: "",
    stderr: "timmy-latency: Cannot read the log --help: no such file or directory\n",
  });
});
