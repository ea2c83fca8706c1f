import { expect, test } from "bun:test";
import { parseClickHouseAddress } from "../../../lib/clickhouse/address.ts";
import { judgeInsert } from "../../../lib/clickhouse/insert_verdict.ts";
import { ClickHouseError, refusal } from "../../../lib/clickhouse/server_error.ts";

const address = parseClickHouseAddress("clickhouse://localhost/latency");

test("judgeInsert() sends again what may pass, puts rows aside that never will, and stops for the rest", () => {
  const said = (code: number) =>
    `Code: ${code}, e.displayText() = DB::Exception: Words, e.what() = DB::Exception`;
  const cases: readonly (readonly [status: number, text: string, verdict: string])[] = [
    [429, "", "later"],
    [503, said(117), "later"],
    [500, "oh", "later"],
    [500, said(241), "later"],
    [500, said(252), "later"],
    [500, said(117), "poison"],
    [400, said(27), "poison"],
    [400, "bad request", "poison"],
    [413, "too large", "poison"],
    [401, said(193), "stop"],
    [404, said(60), "stop"],
    [404, "not found", "stop"],
    [403, said(516), "stop"],
    [500, said(164), "stop"],
    [301, "", "stop"],
  ];
  for (const [status, text, verdict] of cases) {
    expect([status, text, judgeInsert(refusal(address, status, text, null))]).toEqual([
      status,
      text,
      verdict as never,
    ]);
  }
  expect(cases.length).toBe(15);
  const unreached = (isPassing: boolean) => new ClickHouseError(address, "no", { isPassing });
  expect(judgeInsert(unreached(true))).toBe("later");
  expect(judgeInsert(unreached(false))).toBe("stop");
});
