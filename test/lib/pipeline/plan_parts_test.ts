import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { openSeekable } from "../../../lib/log/seekable_log.ts";
import { type LogPart, planParts } from "../../../lib/pipeline/plan_parts.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";

const idleSeconds = 600;
/** What must be read before a part: the idle window, 60 s and a sixteenth more, and five minutes. */
const leadSeconds = (660 * 17) / 16 + 300;

const maxLineBytes = 1024 * 1024;

function plan(bytes: Uint8Array | string, threads: number, headStartBytes = 0): LogPart[] {
  using folder = temporaryFolder();
  const path = join(folder.path, "voice.log");
  writeFileSync(path, bytes);
  const file = openSeekable([path]);
  if (file === null) throw new Error("no plain file");
  const parts = planParts(file, { threads, headStartBytes, idleSeconds, maxLineBytes });
  file.close();
  return parts;
}

/** A log of so many lines of the same length, so many seconds apart. */
function steady(lines: number, seconds: number): Buffer {
  const texts = Array.from({ length: lines }, (_, index) =>
    encodeEvent(eventAt(index * seconds * 1000, "stt_x", { metadata: { n: 1e6 + index } })),
  );
  return Buffer.from(texts.join(""));
}

const whole: LogPart[] = [{ leadFrom: 0, from: 0, to: Number.POSITIVE_INFINITY }];

describe("planParts()", () => {
  test("gives each thread as many bytes, whole lines, and a lead-in that is long enough", () => {
    const log = steady(40_000, 3);
    const lineBytes = log.length / 40_000;
    let cases = 0;
    for (const threads of [2, 3, 7, 20]) {
      const parts = plan(log, threads);
      expect(parts.length).toBe(threads);
      const sizes = parts.map(({ leadFrom, from, to }, index) => {
        expect(from).toBe(index === 0 ? 0 : (parts[index - 1]?.to ?? -1));
        expect(Number.isInteger(from / lineBytes) && Number.isInteger(leadFrom / lineBytes)).toBe(
          true,
        );
        const seconds = ((from - leadFrom) / lineBytes) * 3;
        if (index > 0) expect(seconds).toBeGreaterThanOrEqual(leadSeconds);
        // The step of the search is 64 KB.
        expect(seconds).toBeLessThan(leadSeconds + ((70_000 * 3) / lineBytes) * 1.2);
        cases++;
        return Math.min(to, log.length) - leadFrom;
      });
      expect(parts.at(-1)?.to).toBe(Number.POSITIVE_INFINITY);
      expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.3);
    }
    expect(cases).toBe(32);
  });

  test("leaves a log to one thread where the others would have to read nearly all of it too", () => {
    expect(plan(steady(40_000, 0.01), 2)).toEqual(whole);
    expect(plan(steady(5, 1_000), 1)).toEqual(whole);
  });

  test("leaves a log to one thread that has no lines to part it by, or no events", () => {
    for (const text of ["", "\n", "x", "x".repeat(300_000), `${"x".repeat(300_000)}\n`]) {
      expect(plan(text, 3)).toEqual(whole);
    }
    expect(plan("no event\n".repeat(20_000), 3)).toEqual(whole);
  });

  test("parts a log whose longest line is half of it only at lines", () => {
    const log = steady(10_000, 30);
    const third = log.indexOf(10, Math.floor(log.length / 3)) + 1;
    const long = Buffer.alloc(log.length, "x");
    const bytes = Buffer.concat([log.subarray(0, third), long, log.subarray(third)]);
    for (const threads of [2, 3, 7]) {
      const froms = plan(bytes, threads).map(({ from }) => from);
      expect(froms.length).toBeGreaterThan(1);
      expect([...new Set(froms)].sort((a, b) => a - b)).toEqual(froms);
      for (const from of froms.slice(1)) expect(bytes[from - 1]).toBe(10);
    }
  });

  test("makes do with a log that is out of order", () => {
    const lines = steady(20_000, 3).toString().split("\n").slice(0, -1);
    const shuffled = [...lines.slice(15_000), ...lines.slice(0, 15_000).toReversed()];
    const parts = plan(`${shuffled.join("\n")}\n`, 3);
    expect(parts[0]?.from).toBe(0);
    for (const { leadFrom, from } of parts) expect(leadFrom).toBeLessThanOrEqual(from);
  });
});
