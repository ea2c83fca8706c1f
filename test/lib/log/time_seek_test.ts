import { describe, expect, test } from "bun:test";
import type { RandomAccess } from "../../../lib/log/descriptor_source.ts";
import { TimeSeek } from "../../../lib/log/time_seek.ts";

const lineBytes = 200;
const options = { maxLineBytes: 1024 * 1024, closeBytes: 64 * 1024 };

/** A file of any size that is nowhere: its lines are made when they are read. */
function madeFile(lines: number, secondsOf: (line: number) => number | null) {
  const reads = { count: 0, bytes: 0 };
  const file: RandomAccess = {
    name: "made.log",
    descriptor: -1,
    size: lines * lineBytes,
    readAt(target, offset) {
      reads.count++;
      const end = Math.min(offset + target.length, lines * lineBytes);
      reads.bytes += end - offset;
      const first = Math.floor(offset / lineBytes);
      let text = "";
      for (let line = first; line * lineBytes < end; line++) text += lineOf(secondsOf(line));
      const skip = offset - first * lineBytes;
      return Buffer.from(text).copy(target, 0, skip, skip + end - offset);
    },
    close: () => {},
  };
  return { file, reads };
}

function lineOf(seconds: number | null): string {
  if (seconds === null) return "\0".repeat(lineBytes);
  const text = `{"timestamp": ${seconds.toFixed(6)}, "request_id": "aaaa0001", "event": "stt_x"`;
  return `${text}${" ".repeat(lineBytes - text.length - 2)}}\n`;
}

/** 4 GB. */
const manyLines = 20_000_000;

const paces: readonly (readonly [name: string, secondsOf: (line: number) => number])[] = [
  ["written evenly", (line) => line / 10],
  ["written ever faster", (line) => Math.sqrt(line) * 1_000],
  ["written in bursts", (line) => Math.floor(line / 900_000) * 80_000 + (line % 900_000) / 1_000],
  ["mostly written at its end", (line) => (line < 19_000_000 ? line / 1e6 : line - 19e6)],
  ["written at random", (line) => line / 10 + ((line * 7919) % 600) / 10],
];

describe("TimeSeek.before() in a log of 4 GB", () => {
  test.each(paces)("%s finds any time with at most 20 reads", (_, secondsOf) => {
    const last = secondsOf(manyLines - 1);
    let cases = 0;
    let near = 0;
    for (let share = 0.001; share < 1; share += 0.031) {
      const { file, reads } = madeFile(manyLines, secondsOf);
      const seek = new TimeSeek(file, options);
      const seconds = share * last;
      const place = seek.before(seconds);
      expect(reads.count).toBeLessThanOrEqual(20);
      expect(seek.reads).toBe(reads.count);
      expect(reads.bytes).toBeLessThan(400_000);
      expect(place % lineBytes).toBe(0);
      const line = place / lineBytes;
      expect(place === 0 || secondsOf(line) < seconds).toBe(true);
      // Right behind it, or at most 40 MB further, the time is reached.
      const further = Math.min(manyLines - 1, line + 40_000_000 / lineBytes);
      if (secondsOf(further) >= seconds - 60 || further === manyLines - 1) near++;
      cases++;
    }
    expect(cases).toBe(33);
    expect(near).toBeGreaterThan(29);
  });

  test("of an even log lands within a megabyte", () => {
    const { file, reads } = madeFile(manyLines, (line) => line / 10);
    const place = new TimeSeek(file, options).before(1_234_567);
    expect(place).toBeLessThan(12_345_670 * lineBytes);
    expect(place).toBeGreaterThan(12_345_670 * lineBytes - 1_000_000);
    expect(reads.count).toBeLessThanOrEqual(20);
  });

  test("is 0 before all times, and near the end behind all", () => {
    const { file } = madeFile(manyLines, (line) => line / 10);
    const seek = new TimeSeek(file, options);
    expect(seek.before(-5)).toBe(0);
    expect(seek.before(0)).toBe(0);
    const behind = seek.before(9e9);
    expect(behind).toBeGreaterThan(file.size - 2 * options.closeBytes);
    expect(behind).toBeLessThan(file.size);
  });

  test("lands before what a clock that stepped back has written", () => {
    let cases = 0;
    let earlier = 0;
    for (const stepAt of [19_990_000, 19_900_000, 19_000_000, 10_000_000]) {
      // From there on the clock is late by as much as had passed since half of the way.
      const behind = stepAt / 20;
      const secondsOf = (line: number) => line / 10 - (line < stepAt ? 0 : behind);
      const { file, reads } = madeFile(manyLines, secondsOf);
      const seconds = secondsOf(manyLines - 1) - 100;
      const place = new TimeSeek(file, options).before(seconds);
      const line = place / lineBytes;
      const before = line > stepAt ? [stepAt - 1, line - 1] : [Math.max(0, line - 1)];
      expect(Math.max(...before.map(secondsOf))).toBeLessThan(seconds);
      if (line < stepAt) earlier++;
      expect(reads.count).toBeLessThanOrEqual(20);
      cases++;
    }
    expect([cases, earlier]).toEqual([4, 3]);
  });

  test("does not take a short dip of the clock for the place", () => {
    const dip = (line: number) => line >= 15_000_000 && line < 15_000_200;
    const secondsOf = (line: number) => line / 10 - (dip(line) ? 900_000 : 0);
    let cases = 0;
    for (let line = 15_000_000; line < 15_000_200; line += 10) {
      const { file } = madeFile(line + 5, secondsOf);
      const place = new TimeSeek(file, options).before(1_400_000);
      expect(place / lineBytes).toBeLessThan(14_000_000);
      cases++;
    }
    expect(cases).toBe(20);
  });

  test("gives up where nothing near is an event", () => {
    const { file } = madeFile(100_000, (line) => (line === 0 ? 0 : null));
    expect(new TimeSeek(file, options).before(50)).toBe(0);
    const { file: none } = madeFile(100_000, () => null);
    expect(new TimeSeek(none, options).before(50)).toBe(0);
  });

  test("never lands on a byte order mark", () => {
    const text = Array.from({ length: 4_000 }, (_, line) => `\ufeff${lineOf(line)}`).join("");
    const bytes = Buffer.from(`${lineOf(0)}${text}`);
    const file: RandomAccess = {
      name: "marked.log",
      descriptor: -1,
      size: bytes.length,
      readAt: (target, offset) => bytes.copy(target, 0, offset),
      close: () => {},
    };
    expect(new TimeSeek(file, options).before(3_000)).toBe(0);
  });
});

describe("TimeSeek.isAfter()", () => {
  test("sees what a clock has written that stepped back, unless it is little", () => {
    const stepped = (line: number) => line / 10 - (line > 12_000_000 ? 900_000 : 0);
    const { file } = madeFile(manyLines, stepped);
    const seek = new TimeSeek(file, options);
    const place = 10_000_000 * lineBytes;
    expect(seek.isAfter(place, 900_000)).toBe(false);
    expect(seek.isAfter(place, 200_000)).toBe(true);
    expect(seek.isAfter(14_000_000 * lineBytes, 500_000)).toBe(true);
  });
});
