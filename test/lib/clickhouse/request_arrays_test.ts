import { expect, test } from "bun:test";
import { requestArrays } from "../../../lib/clickhouse/request_arrays.ts";

const pairs = { sql: "7" };
const whole = { idleMicroseconds: 600_000_000, metadata: "all" } as const;

test("requestArrays() reads all rows for all requests", () => {
  expect(requestArrays("a.events", pairs, whole)).not.toContain("WHERE");
});

test("requestArrays() reads from the idle window before, to see what began earlier, and chooses by start", () => {
  const sql = requestArrays("a.events", pairs, {
    ...whole,
    since: 1_000_000_000,
    until: 2_000_000_000,
  });
  expect(sql).toContain("WHERE time >= 400000000 GROUP BY");
  expect(sql).toEndWith("WHERE times[1] >= 1000000000 AND times[1] < 2000000000");
});

test("requestArrays() takes an id for a text, not for a pattern or SQL", () => {
  const sql = requestArrays("a.events", pairs, { ...whole, idPrefix: "a_b%c'd\\" });
  expect(sql).toContain(String.raw`request_id LIKE 'a\\_b\\%c\'d\\\\%'`);
});

test("requestArrays() brings only as much metadata as is needed", () => {
  const metadata = ["all", "figures", "summary", "none"] as const;
  const found = metadata.map((need) => {
    const sql = requestArrays("a.events", pairs, { ...whole, metadata: need });
    return ["session_id", "v34_retrieval_complete", "v34_ollama_received", "metadata"].filter(
      (word) => sql.includes(word),
    );
  });
  expect(found).toEqual([
    ["metadata"],
    ["session_id", "v34_retrieval_complete", "v34_ollama_received", "metadata"],
    ["v34_ollama_received", "metadata"],
    [],
  ]);
});
