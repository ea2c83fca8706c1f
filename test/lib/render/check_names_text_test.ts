import { expect, test } from "bun:test";
import { renderNamesText } from "../../../lib/render/check_names_text.ts";
import { emptySeries } from "../../../lib/stats/series.ts";
import { seriesOf } from "../../support/check.ts";

test("renderNamesText() lists names with their samples and medians", () => {
  const names = [
    { family: "span", name: "llm", expression: "llm", series: seriesOf([1191]) },
    { family: "span", name: "load", expression: "load", series: emptySeries },
    { family: "gap", name: "a → b\u001b", expression: "gap(a→b_)", series: seriesOf([0.5]) },
  ] as const;
  expect(renderNamesText(names)).toBe(
    `name       n     p50
llm        1  1191ms
load       0       –
gap(a→b_)  1   500µs

Each with a statistic: .n .mean .min .p50 .p90 .p95 .p99 .max, spans and gaps also .share
Also: problems, cache.hit, cache.partial, cache.miss, cache.unknown
`,
  );
});
