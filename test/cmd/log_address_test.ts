import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { run, temporaryFolder } from "../support/binary.ts";

const address = "clickhouse://127.0.0.1:1/latency";

/** Words that write a log, care for it or follow it. */
const words: readonly (readonly string[])[] = [
  ["log", "abc123de", "stt", "stt_sending_to_v34"],
  ["log", "--stdin"],
  ["rotate"],
  ["clear", "--yes"],
  ["doctor"],
  ["sdk", "bash"],
  ["watch", "--once"],
];

describe("an address in the place of the log", () => {
  test("is wrong usage where it has to be a file, and nothing is made of it", async () => {
    let refused = 0;
    for (const word of words) {
      for (const isOption of [true, false]) {
        using folder = temporaryFolder();
        const args = isOption ? [...word, "--log", address] : word;
        const env = isOption ? {} : { TIMMY_LATENCY_LOG: address };
        const { code, stderr } = await run(args, { cwd: folder.path, env });
        expect([args, code, stderr]).toEqual([
          args,
          2,
          expect.stringContaining("here it has to be a file"),
        ]);
        expect(readdirSync(folder.path)).toEqual([]);
        refused++;
      }
    }
    expect(refused).toBe(words.length * 2);
  });
});
