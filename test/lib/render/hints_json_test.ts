import { expect, test } from "bun:test";
import { hintsToJson } from "../../../lib/render/hints_json.ts";

test("hintsToJson() puts the sentence before its numbers", () => {
  const hint = {
    rule: "slow_stage",
    finding: "llm is slow: n 1, median 4.32s, limit 3s",
    figures: { stage: "llm", n: 1, median_ms: 4_320, limit_ms: 3_000 },
    advice: "Try a smaller model",
  };
  expect(JSON.stringify(hintsToJson([hint]))).toBe(
    '[{"rule":"slow_stage","evidence":{"text":"llm is slow: n 1, median 4.32s, limit 3s",' +
      '"stage":"llm","n":1,"median_ms":4320,"limit_ms":3000},"advice":"Try a smaller model"}]',
  );
  expect(hintsToJson([])).toEqual([]);
});
