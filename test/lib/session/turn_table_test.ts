import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { maxBufferBytes } from "../../../lib/session/growing_buffer.ts";
import type { Turn } from "../../../lib/session/turn.ts";
import { emptyTurnList, TurnTable } from "../../../lib/session/turn_table.ts";

const amount = fc.double({ min: 0, max: 1e12, noNaN: true });
const maybe = fc.option(amount);
const turn: fc.Arbitrary<Turn> = fc.record({
  id: fc.string({ minLength: 1, maxLength: 40, unit: "binary" }),
  startSeconds: amount,
  totalSeconds: amount,
  processingSeconds: fc.double({ noNaN: true, noDefaultInfinity: true }),
  voiceToVoiceSeconds: maybe,
  llmSeconds: maybe,
  promptTokens: maybe,
  promptEvalCount: maybe,
  cachedCount: maybe,
  prefillMs: maybe,
  tailMode: fc.option(fc.boolean()),
  hasKvCache: fc.option(fc.boolean()),
});

describe("TurnTable", () => {
  test("gives back the turns of each list as they were added, lists interleaved", () => {
    const entry = fc.record({ list: fc.nat(4), turn });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 80 }), (entries) => {
        const table = new TurnTable();
        const lists = Array.from({ length: 5 }, emptyTurnList);
        const expected: unknown[][] = lists.map(() => []);
        for (const { list: at, turn: added } of entries) {
          const list = lists[at] ?? emptyTurnList();
          expected[at]?.push({ ...added, number: list.length + 1 });
          table.add(list, list.length + 1, added);
        }
        const found = lists.map((list) =>
          Array.from(table.turnsOf(list), (read) => ({ ...read, id: read.id })),
        );
        expect(found).toEqual(expected as never);
      }),
    );
  });

  test("goes on in the next buffer when one is full, and can be read again", () => {
    const table = new TurnTable();
    const list = emptyTurnList();
    const [sample] = fc.sample(turn, { numRuns: 1, seed: 1 });
    if (sample === undefined) throw new Error("no sample");
    const count = Math.ceil(maxBufferBytes / 88) + 10;
    for (let number = 1; number <= count; number++) {
      table.add(list, number, { ...sample, startSeconds: number });
    }
    for (const _ of ["once", "again"]) {
      let met = 0;
      for (const { number, startSeconds } of table.turnsOf(list)) {
        met++;
        if (number !== met || startSeconds !== met)
          expect([number, startSeconds]).toEqual([met, met]);
      }
      expect(met).toBe(count);
    }
    expect([...table.turnsOf(emptyTurnList())]).toEqual([]);
  });
});
