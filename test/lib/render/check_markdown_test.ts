import { expect, test } from "bun:test";
import { renderCheckMarkdown } from "../../../lib/render/check_markdown.ts";
import { hostileNames, hostileReport, itemOf, reportOf } from "../../support/check.ts";

test("renderCheckMarkdown() writes a table, and below it what was breached", () => {
  const items = [
    itemOf({}),
    itemOf({
      name: "hop.p50<1s",
      verdict: "fail",
      finding: "p50 is 2s",
      details: ["30 of 48 are over it"],
    }),
    itemOf({ name: "load.p50<1s", verdict: "inconclusive", finding: "no samples" }),
    itemOf({ kind: "baseline", subject: "memory_storage" }),
  ];
  expect(renderCheckMarkdown(reportOf(items))).toBe(
    `### Latency check: FAIL: 1 of 4 limits breached, 1 cannot be judged

| verdict | limit | found |
| --- | --- | --- |
| ✅ pass | \`llm.p50<1s\` | p50 is 412ms \\(n 48\\) |
| ❌ **fail** | \`hop.p50<1s\` | p50 is 2s |
| ❔ inconclusive | \`load.p50<1s\` | no samples |

- \`hop.p50<1s\`
  - 30 of 48 are over it

No slower than the baseline: \`memory_storage\`
`,
  );
});

/** Bun's own renderer of GitHub's Markdown, which knows nothing of how this text was made. */
function htmlOf(markdown: string): string {
  return Bun.markdown.html(markdown, { tables: true, autolinks: true, strikethrough: true });
}

test("renderCheckMarkdown() keeps its table and its lists whatever the names", () => {
  const report = hostileReport();
  const html = htmlOf(renderCheckMarkdown(report));
  const count = (pattern: RegExp) => html.match(pattern)?.length ?? 0;
  const told = report.items.length - 1;
  expect(told).toBe(3 * hostileNames.length);
  expect(count(/<table>/g)).toBe(1);
  expect(count(/<tr>/g)).toBe(told + 1);
  expect(count(/<td>/g)).toBe(3 * told);
  // A list of all, and one of three lines in each.
  expect(count(/<ul>/g)).toBe(1 + told);
  expect(count(/<li>/g)).toBe(4 * told);
  // Nothing but what is ours: code for names, bold for what fails, a heading, and paragraphs.
  const tags = new Set([...html.matchAll(/<([a-z]+\d?)/g)].map(([, tag]) => tag));
  expect([...tags].sort()).toEqual(
    ["code", "h3", "li", "p", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"].sort(),
  );
  expect(count(/<strong>/g)).toBe(hostileNames.length);
});
