import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { fixtures, run } from "../support/binary.ts";
import { runOnTerminal } from "../support/terminal.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const sample = join(fixtures, "readme-sample.log");

describe("colour", () => {
  const matrix: readonly (readonly [
    env: Record<string, string>,
    args: string[],
    coloured: boolean,
  ])[] = [
    [{}, [], false],
    [{ FORCE_COLOR: "1" }, [], true],
    [{ FORCE_COLOR: "3" }, [], true],
    [{ FORCE_COLOR: "0" }, [], false],
    [{ FORCE_COLOR: "false" }, [], false],
    [{ FORCE_COLOR: "" }, [], false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, [], false],
    [{ FORCE_COLOR: "1", NO_COLOR: "" }, [], true],
    [{ FORCE_COLOR: "1", TERM: "dumb" }, [], true],
    [{ TERM: "xterm-256color", COLORTERM: "truecolor" }, [], false],
    [{}, ["--color", "always"], true],
    [{ NO_COLOR: "1" }, ["--color", "always"], true],
    [{ TERM: "dumb" }, ["--color", "always"], true],
    [{ FORCE_COLOR: "1" }, ["--color", "never"], false],
    [{ FORCE_COLOR: "1" }, ["--color", "auto"], true],
    [{ NO_COLOR: "1" }, ["--color", "auto"], false],
  ];

  for (const [env, args, coloured] of matrix) {
    const said = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    const situation = [...said, ...args].join(" ") || "nothing said";
    test(`into a pipe with ${situation} is ${coloured ? "on" : "off"}`, async () => {
      const { stdout } = await run(["analyze", sample, ...args], { env });
      expect(stdout.includes("\x1b[")).toBe(coloured);
    });
  }

  test("every row of the matrix was met", () => expect(matrix).toHaveLength(16));

  describe("on a terminal", () => {
    const terminals: readonly (readonly [
      env: Record<string, string>,
      rest: string,
      coloured: boolean,
    ])[] = [
      [{ TERM: "xterm" }, "", true],
      [{ TERM: "dumb" }, "", false],
      [{ TERM: "xterm", NO_COLOR: "1" }, "", false],
      [{ TERM: "xterm", NO_COLOR: "" }, "", true],
      [{ TERM: "xterm", FORCE_COLOR: "0" }, "", false],
      [{ TERM: "dumb" }, "--color always", true],
      [{ TERM: "xterm" }, "--color never", false],
      [{ TERM: "xterm" }, "| cat", false],
      [{ TERM: "xterm" }, "2>/dev/null", true],
    ];

    for (const [env, rest, coloured] of terminals) {
      const said = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      test(`with ${[...said, rest].join(" ")} is ${coloured ? "on" : "off"}`, async () => {
        const script = `"$TIMMY" analyze "$SAMPLE" ${rest}`;
        const { code, shown } = await runOnTerminal(script, { env: { ...env, SAMPLE: sample } });
        expect(code).toBe(0);
        expect(shown).toContain("Request ID: abc123de");
        expect(shown.includes("\x1b[")).toBe(coloured);
      });
    }

    test("every terminal was met", () => expect(terminals).toHaveLength(9));
  });
});
