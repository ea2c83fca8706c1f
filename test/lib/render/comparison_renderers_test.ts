/** The three forms of a comparison, by one suite: the same facts in each, and no name breaks any. */
import { describe, expect, test } from "bun:test";
import { renderComparisonJson } from "../../../lib/render/comparison_json.ts";
import { renderComparisonMarkdown } from "../../../lib/render/comparison_markdown.ts";
import { renderComparisonText } from "../../../lib/render/comparison_text.ts";
import { ansiStyle, plainStyle } from "../../../lib/render/style.ts";
import type { ComparisonReport } from "../../../lib/report/comparison_report.ts";
import { comparison, reportOf, stageOf } from "../../support/comparison.ts";

const measure = { name: "prompt tokens", event: "v34_prompt_built", key: "prompt_tokens_est" };
const other = { name: "retrieved chunks", event: "v34_retrieval_complete", key: "num_chunks" };

const report: ComparisonReport = reportOf({
  figures: [stageOf("voice-to-voice", comparison({ verdict: "slower", difference: 100 }))],
  spans: [
    {
      ...stageOf("llm", comparison({})),
      adjusted: {
        ...comparison({ verdict: "same", difference: -2, interval: { low: -10, high: 7 } }),
        unadjusted: -100,
        workload: -98,
      },
    },
    stageOf("query", comparison({ verdict: "cannot tell", needMore: 147 })),
    stageOf("old", null, { before: 9, after: 0 }),
  ],
  gaps: [stageOf("a → b", comparison({ medians: { before: 0.4, after: 0.4 }, verdict: "same" }))],
  adjustment: { held: [measure], notHeld: [other] },
});

const sources = { before: "before.log", after: "after.log" };
const forms: readonly [name: string, render: (report: ComparisonReport) => string][] = [
  ["text", (one) => renderComparisonText(one, sources, plainStyle)],
  ["markdown", (one) => renderComparisonMarkdown(one, sources)],
];

describe.each(forms)("a comparison as %s", (_, render) => {
  const text = render(report);

  test("says how many requests there were, and what became of each stage", () => {
    expect(text).toContain("48 requests");
    expect(text).toContain("40 requests");
    const line = (name: string) =>
      text.split("\n").find((one) => new RegExp(`^\\|? ?\`?${name}`).test(one)) ?? "";
    expect(line("voice-to-voice")).toMatch(/\+100ms \(\+10\.0%\).*−150ms … −50\.0ms.*slower/);
    expect(line("llm")).toMatch(/48\/40.*1000ms.*900ms.*−100ms \(−10\.0%\).*faster/);
    expect(line("query")).toContain("cannot tell (need about 150 more)");
    expect(line("old")).toMatch(/9\/0.*1000ms.*–.*–.*–.*only before/);
    expect(text).toContain("and 1 gap of up to 1ms");
    expect(text).toContain("significant at 5 % over all 4 stages together");
  });

  test("says what the workload makes, and what was not held constant", () => {
    expect(text).toMatch(/held constant \(prompt tokens\)/i);
    expect(text).toMatch(
      /llm`?: faster as it stands, same with the workload held constant; of the −100ms the workload makes −98\.0ms/,
    );
    expect(text).toMatch(/not held constant.*retrieved chunks/i);
    expect(render({ ...report, adjustment: null })).not.toContain("held constant");
    const none = render({
      ...report,
      spans: [],
      adjustment: { held: [], notHeld: [measure, other] },
    });
    expect(none).toContain("Nothing can be held constant");
  });

  test("says what of it rests on a part of the samples", () => {
    expect(text).not.toContain("drawn at random");
    expect(render({ ...report, sampledStages: 2, folded: 7 })).toMatch(
      /2 of the stages have over 10 000 samples[\s\S]*7 samples of further stages are left out/,
    );
  });

  test("ends with a newline, and holds neither blanks at line ends nor control characters", () => {
    expect(text).toEndWith("\n");
    expect(text).not.toMatch(/[ \t]\n/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its job
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

const hostile = [
  "a | b",
  "`tick`",
  "line\nbreak",
  "\x1b[31mred",
  "::error::x",
  "]]>",
  "%0A",
  "<img src=x onerror=y>",
  "\u202egnal",
  "__proto__",
  "\\|",
];

describe("names of the log", () => {
  const named = reportOf({ spans: hostile.map((name) => stageOf(name, comparison({}))) });

  test("are one row each in text, with nothing that steers a terminal", () => {
    const text = renderComparisonText(named, { before: "\x1b[2J", after: "x\ny" }, plainStyle);
    const start = text.split("\n").findIndex((line) => line.startsWith("name"));
    const rows = text.split("\n").slice(start + 1, start + 1 + hostile.length);
    expect(rows.every((row) => row.endsWith("faster"))).toBe(true);
    expect(rows.length).toBe(hostile.length);
    for (const steering of ["\x1b", "\u202e"]) expect(text).not.toContain(steering);
    expect(text).toContain("line\\x0abreak");
  });

  test("are one row of seven cells each in Markdown", () => {
    const text = renderComparisonMarkdown(named, { before: "a`|b", after: "x\ny" });
    const rows = text.split("\n").filter((line) => line.includes("48/40"));
    expect(rows.length).toBe(hostile.length);
    for (const row of rows) {
      expect(row).toMatch(/^\|.*\|$/);
      expect(row.match(/\|/g)?.length).toBe(8);
      expect(row).toEndWith("| **faster** |");
      // Outside code, what is left of a name is letters, digits and entities.
      const cell = row.split("|")[1] ?? "";
      expect(cell).toMatch(/^ (?:`[^`|\\]+`|(?:[\p{L}\p{N} ]|&#\d+;)+) $/u);
    }
  });

  test("are ordinary keys in JSON, whatever they are called", () => {
    const parsed = JSON.parse(renderComparisonJson(named, { before: null, after: null }));
    expect(Object.keys(parsed.spans).sort()).toEqual([...hostile].sort());
    expect(Object.getPrototypeOf(parsed.spans)).toBe(Object.prototype);
  });
});

describe("a comparison as JSON", () => {
  test("holds every stage with all its numbers, in the documented order", () => {
    const parsed = JSON.parse(renderComparisonJson(report, { before: null, after: null }));
    expect(Object.keys(parsed)).toEqual([
      "schema",
      "requests",
      "figures",
      "spans",
      "gaps",
      "held_constant",
      "not_held_constant",
      "sampled_stages",
      "folded",
      "logs",
    ]);
    expect(Object.keys(parsed.figures)).toEqual(["voice_to_voice"]);
    expect(parsed.spans.llm).toEqual({
      n: { before: 48, after: 40 },
      median: { before: 1000, after: 900 },
      difference: -100,
      interval: [-150, -50],
      p_value: 0.001,
      margin: 50,
      verdict: "faster",
      need_more: null,
      adjusted: {
        n: { before: 48, after: 40 },
        median: { before: 1000, after: 900 },
        difference: -2,
        interval: [-10, 7],
        p_value: 0.001,
        margin: 50,
        verdict: "same",
        need_more: null,
        unadjusted: -100,
        workload: -98,
      },
    });
    expect(parsed.spans.old).toEqual({
      n: { before: 9, after: 0 },
      median: { before: 1000, after: null },
      difference: null,
      interval: null,
      p_value: null,
      margin: null,
      verdict: "only before",
      need_more: null,
      adjusted: null,
    });
    expect(parsed.held_constant).toEqual([measure]);
    expect(parsed.gaps["a → b"].verdict).toBe("same");
  });

  test("is a whole document also where nothing could be read", () => {
    const parsed = JSON.parse(renderComparisonJson(null, { before: null, after: null }));
    expect(parsed).toMatchObject({ schema: 1, figures: null, logs: { before: null, after: null } });
  });
});

test("colour leaves the words of a comparison as they are", () => {
  const coloured = renderComparisonText(report, sources, ansiStyle);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing colours is its job
  const bare = coloured.replace(/\x1b\[\d+m/g, "");
  expect(bare).toBe(renderComparisonText(report, sources, plainStyle));
  expect(coloured).not.toBe(bare);
});
