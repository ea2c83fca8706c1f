/** Numbers and texts as the engine writes them, against what `JSON.stringify` writes. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Engine } from "../../../lib/event/scanner/engine.ts";
import type { ValueKind } from "../../../lib/report/row_writer.ts";
import { EngineFigures } from "../../../lib/session/engine_figures.ts";
import { EngineRows } from "../../../lib/session/engine_rows.ts";
import { powersOfTen } from "../../../lib/session/powers_of_ten.ts";
import { seededRandom } from "../../support/events.ts";

/** Writes a line for each number, in rows of one value. */
function openNumbers(kind: ValueKind = "number") {
  const engine = new Engine();
  const figures = new EngineFigures(engine, { coldRate: null, contextTokens: 8000 });
  let text = "";
  const nothing = { sessions: [], describe: () => fail(), coldRate: null };
  const rows = new EngineRows(engine, figures, nothing, (bytes) => {
    text += new TextDecoder().decode(bytes);
  });
  const form = rows.open({ texts: ["", "\n"], values: [{ kind, place: 3 }] });
  return (numbers: Iterable<number>): string[] => {
    text = "";
    for (const number of numbers) {
      figures.set(3, number);
      rows.write(form);
    }
    rows.end();
    return text.split("\n").slice(0, -1);
  };
}

function fail(): never {
  throw new Error("nobody asked for this");
}

const write = openNumbers();

/** Writes numbers and compares; returns how many. */
function agree(numbers: readonly number[]): number {
  const wanted = numbers.map((number) => JSON.stringify(number));
  const found = write(numbers);
  if (found.join() !== wanted.join()) expect(found).toEqual(wanted);
  return found.length;
}

const bits = new BigUint64Array(1);
const double = new Float64Array(bits.buffer);
const words = new Uint32Array(bits.buffer);

/** The number of these bits. */
function ofBits(pattern: bigint): number {
  bits[0] = pattern;
  return double[0] ?? Number.NaN;
}

/** A number, its neighbours on both sides, and all that with the other sign. */
function around(number: number): number[] {
  double[0] = number;
  const pattern = bits[0] ?? 0n;
  const steps = [-2n, -1n, 0n, 1n, 2n].map((step) => pattern + step).filter((one) => one >= 0n);
  return steps.map(ofBits).flatMap((one) => [one, -one]);
}

describe("a number is written as JSON.stringify does it:", () => {
  test("zeros, what is no number, and the ends of the range", () => {
    const { MAX_VALUE, MIN_VALUE, NEGATIVE_INFINITY, NaN: none, POSITIVE_INFINITY } = Number;
    const numbers = [0, -0, none, POSITIVE_INFINITY, NEGATIVE_INFINITY, MAX_VALUE, MIN_VALUE];
    expect(write(numbers).slice(0, 5)).toEqual(["0", "0", "null", "null", "null"]);
    expect(agree([...numbers, -MAX_VALUE, -MIN_VALUE, 2 ** -1022, 2 ** -1022 - MIN_VALUE])).toBe(
      11,
    );
  });

  test("where the form changes to 1e+21 and to 1e-7", () => {
    const numbers = [1e21, 1e20, 123456789012345680000, 1e-6, 1e-7, 1.5e-7, 0.00000123, 1e22, 1e23];
    expect(agree(numbers.flatMap(around))).toBe(90);
    expect(write([1e21, 1e20, 1e-6, 1e-7])).toEqual([
      "1e+21",
      "100000000000000000000",
      "0.000001",
      "1e-7",
    ]);
  });

  test("every power of two, and what lies beside it", () => {
    let met = 0;
    for (let power = -1074; power < 1024; power++) met += agree(around(2 ** power));
    expect(met).toBeGreaterThan(20_900);
  });

  test("every power of ten with a few digits, and what lies beside it", () => {
    let met = 0;
    for (let power = -330; power < 309; power++) {
      const numbers = [1, 2, 5, 9, 1.25, 123456789, 9.99999999999, 4.35].map((digits) =>
        Number(`${digits}e${power}`),
      );
      met += agree(numbers.flatMap(around).filter(Number.isFinite));
    }
    expect(met).toBeGreaterThan(48_000);
  });

  test("whole numbers up to 2^53 and beyond, and halves", () => {
    const numbers = Array.from({ length: 64 }, (_, power) => 2 ** power).flatMap((power) =>
      [-1.5, -1, -0.5, 0, 0.5, 1, 1.5].map((more) => power + more),
    );
    expect(agree(numbers)).toBe(448);
    expect(agree(Array.from({ length: 12_000 }, (_, index) => index))).toBe(12_000);
  });

  test("decimals of few places, moments and durations, as logs have them", () => {
    const random = seededRandom(7);
    const whole = (most: number) => Math.floor(random() * most);
    const numbers = Array.from({ length: 100_000 }, (_, index) => {
      const places = 10 ** (index % 9);
      const pick = index % 4;
      if (pick === 0) return whole(1e9) / places;
      if (pick === 1) return 1_732_742_399 + whole(1e13) / 1e6;
      // A difference of two moments, in milliseconds.
      if (pick === 2) return (whole(1e11) / 2 ** 22) * 1000;
      return whole(2 ** 53) / places;
    });
    expect(agree(numbers)).toBe(100_000);
  });

  test("any pattern of bits", () => {
    const random = seededRandom(11);
    let met = 0;
    for (let round = 0; round < 20; round++) {
      const numbers = Array.from({ length: 10_000 }, () => {
        words[0] = random() * 2 ** 32;
        words[1] = random() * 2 ** 32;
        return double[0] ?? 0;
      });
      met += agree(numbers);
    }
    expect(met).toBe(200_000);
  });

  test("any number that a search for faults comes upon", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 50 }), (numbers) => {
        agree(numbers);
      }),
    );
  });
});

test("an answer is true, false or null", () => {
  expect(openNumbers("answer")([1, 0, Number.NaN, 1])).toEqual(["true", "false", "null", "true"]);
});

test("rows beyond what fits at once are handed over in their order", () => {
  const numbers = Array.from({ length: 60_000 }, (_, index) => index * 1.1);
  expect(agree(numbers)).toBe(60_000);
});

test("powersOfTen() are the first 128 bits of each power, rounded up", () => {
  const found = powersOfTen();
  expect(found.length).toBe(617 * 2);
  let met = 0;
  for (let power = -292; power <= 324; power++) {
    const at = (power + 292) * 2;
    const first = ((found[at] ?? 0n) << 64n) | (found[at + 1] ?? 0n);
    const [dividend, divisor] =
      power < 0 ? [1n, 10n ** BigInt(-power)] : [10n ** BigInt(power), 1n];
    // Between 2^127 and 2^128, so that this many places were moved.
    let places = BigInt(Math.floor(power * Math.log2(10)) - 127);
    const least = () => (places < 0n ? dividend << -places : dividend);
    const most = () => (places < 0n ? divisor : divisor << places);
    while (least() / most() >= 1n << 128n) places++;
    while (least() / most() < 1n << 127n) places--;
    const rounded = (least() + most() - 1n) / most();
    if (first !== rounded) expect([power, first]).toEqual([power, rounded]);
    met++;
  }
  expect(met).toBe(617);
});
