import { expect, test } from "bun:test";
import { sortSamples } from "../../../lib/stats/sort_samples.ts";
import { seededRandom } from "../../support/events.ts";

test("sortSamples() sorts a few and many as the runtime does", () => {
  const random = seededRandom(4);
  for (let length = 0; length < 60; length++) {
    const samples = Float64Array.from({ length }, () => Math.floor(random() * 40) / 8 - 2);
    expect([...sortSamples(samples.slice())]).toEqual([...samples].sort((a, b) => a - b));
  }
});

test("sortSamples() leaves alone what lies behind the samples that it is to sort", () => {
  for (const count of [3, 24, 25, 40]) {
    const samples = Float64Array.from({ length: 50 }, (_, index) => 50 - index);
    const [sorted, rest] = [samples.slice(0, count).sort(), samples.slice(count)];
    sortSamples(samples, count);
    expect([...samples]).toEqual([...sorted, ...rest]);
  }
});
