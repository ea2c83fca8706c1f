/** Pictures are as wide as the terminal, within limits, and the option and the locale are heeded. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { fixtures, run } from "../support/binary.ts";
import { runOnTerminal } from "../support/terminal.ts";

// Several starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const sample = join(fixtures, "readme-sample.log");

/** The cells of every line of the waterfall. */
function widths(text: string): number[] {
  const lines = text.replaceAll("\r", "").split("\n");
  const from = lines.indexOf("WATERFALL:") + 2;
  const rest = lines.slice(from);
  return rest.slice(0, rest.indexOf("")).map((line) => Bun.stringWidth(line));
}

describe("the width of pictures", () => {
  const terminals: readonly (readonly [columns: number, cells: number])[] = [
    [20, 40],
    [40, 40],
    [97, 97],
    [200, 200],
    [400, 200],
  ];
  for (const [columns, cells] of terminals) {
    test(`on a terminal of ${columns} columns is ${cells}`, async () => {
      const script = `stty cols ${columns}; "$TIMMY" analyze --color never "${sample}"`;
      const { shown } = await runOnTerminal(script, { env: { LANG: "C.UTF-8" } });
      expect(widths(shown)).toEqual(new Array(14).fill(cells));
    });
  }

  test("in a pipe is 80, whatever COLUMNS says", async () => {
    const { stdout } = await run(["analyze", sample], { env: { COLUMNS: "133" } });
    expect(widths(stdout)).toEqual(new Array(14).fill(80));
  });

  test("was tried on every terminal of the table", () => expect(terminals).toHaveLength(5));
});

test("a terminal that knows no size gets the usual width", async () => {
  const script = `stty cols 0; "$TIMMY" analyze --color never "${sample}"`;
  const { shown } = await runOnTerminal(script);
  expect(widths(shown)).toEqual(new Array(14).fill(80));
});

test("colours of services are laid over the bars on a terminal, and change no cell", async () => {
  const { shown } = await runOnTerminal(`stty cols 90; "$TIMMY" analyze "${sample}"`);
  const plain = Bun.stripANSI(shown);
  expect(shown).toContain("\x1b[36m|");
  expect(widths(plain)).toEqual(new Array(14).fill(90));
});
