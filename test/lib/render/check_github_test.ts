import { expect, test } from "bun:test";
import { escapeControls } from "../../../lib/escape.ts";
import { renderCheckGithub } from "../../../lib/render/check_github.ts";
import { hostileNames, hostileReport, itemOf, reportOf } from "../../support/check.ts";

/** A workflow command, read as the runner does (actions/runner, ActionCommand.cs). */
function parseCommand(line: string) {
  const match = /^::([a-z]+) (.*?)::(.*)$/s.exec(line);
  if (match === null) return null;
  const [, level, properties = "", data = ""] = match;
  const unescapeData = (text: string) =>
    text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
  const title = /^title=(.*)$/.exec(properties)?.[1] ?? null;
  return {
    level,
    commas: properties.split(",").length - 1,
    title: title && unescapeData(title.replaceAll("%3A", ":").replaceAll("%2C", ",")),
    message: unescapeData(data),
  };
}

test("renderCheckGithub() annotates what fails and what is unclear, and nothing else", () => {
  const items = [
    itemOf({}),
    itemOf({ name: "load.p50<1s", verdict: "inconclusive", finding: "no samples" }),
    itemOf({
      name: "hop.p50<1s",
      verdict: "fail",
      finding: "p50 is 2s, +81.6%",
      details: ["it did"],
    }),
  ];
  expect(renderCheckGithub(reportOf(items))).toBe(
    `::error title=timmy-latency%3A hop.p50<1s::p50 is 2s, +81.6%25%0Ait did
::warning title=timmy-latency%3A load.p50<1s::no samples
FAIL: 1 of 3 limits breached, 1 cannot be judged
`,
  );
});

test("renderCheckGithub() lets no name end a command or begin one", () => {
  let met = 0;
  for (const name of hostileNames) {
    const item = itemOf({ name, subject: name, verdict: "fail", finding: name, details: [name] });
    const lines = renderCheckGithub(reportOf([item])).split("\n");
    expect(lines.length).toBe(3);
    const shown = escapeControls(name);
    expect(parseCommand(lines[0] ?? "")).toEqual({
      level: "error",
      commas: 0,
      title: `timmy-latency: ${shown}`,
      message: `${shown}\n${shown}`,
    });
    expect(lines.slice(1)).toEqual(["FAIL: 1 of 1 limit breached", ""]);
    met++;
  }
  expect(met).toBeGreaterThan(12);
});

test("renderCheckGithub() writes ten annotations at most, failures first, and says what it left out", () => {
  const report = hostileReport();
  const commands = renderCheckGithub(report)
    .split("\n")
    .filter((line) => line.startsWith("::"));
  expect(commands.length).toBe(10);
  expect(commands.slice(0, 9).every((line) => line.startsWith("::error title="))).toBe(true);
  const rest = 2 * hostileNames.length - 9;
  expect(commands[9]).toBe(`::error title=timmy-latency::And ${rest} more limits`);
  const ten = Array.from({ length: 10 }, () => itemOf({ verdict: "fail" }));
  expect(renderCheckGithub(reportOf(ten))).not.toContain("more limit");
  const unclear = Array.from({ length: 11 }, () => itemOf({ verdict: "inconclusive" }));
  expect(renderCheckGithub(reportOf(unclear))).toContain(
    "::warning title=timmy-latency::And 2 more limits",
  );
});
