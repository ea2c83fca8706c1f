import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { analyzeFiles } from "../../support/analysis.ts";
import { fixtures, temporaryFolder } from "../../support/binary.ts";

const imports = [
  ["livekit", "livekit.jsonl", 2],
  ["pipecat", "pipecat.log", 2],
  ["pipecat", "pipecat.jsonl", 2],
  ["homeassistant", "homeassistant.yaml", 1],
  ["homeassistant", "homeassistant.jsonl", 1],
] as const;

for (const [from, name, requests] of imports) {
  const path = join(fixtures, "import", name);

  test(`importLog() reads ${name} the same in blocks of any size, and packed`, async () => {
    const whole = await analyzeFiles([path], { from });
    expect(whole.requests.length).toBe(requests);
    for (const blockBytes of [1, 61, 4096]) {
      expect(await analyzeFiles([path], { from, blockBytes })).toEqual(whole);
    }
    using folder = temporaryFolder();
    const packed = join(folder.path, `${name}.gz`);
    writeFileSync(packed, gzipSync(readFileSync(path)));
    const { requests: unpacked, log } = await analyzeFiles([packed], { from });
    expect(unpacked).toEqual(whole.requests);
    expect(log.bytes).toBe(whole.log.bytes);
  });

  test(`importLog() accounts for every line of ${name}`, async () => {
    const { log } = await analyzeFiles([path], { from });
    expect(log.lines).toBe(readFileSync(path, "utf8").split("\n").length - 1);
    expect(log.bytes).toBe(readFileSync(path).length);
    expect(log.problems.first.length).toBe(log.problems.total);
    expect(log.events).toBeGreaterThan(0);
  });
}

test("every ledger of an import adds up to its wait", async () => {
  let met = 0;
  for (const [from, name] of imports) {
    const { requests } = await analyzeFiles([join(fixtures, "import", name)], { from });
    for (const { ledger, figures } of requests) {
      if (figures.voiceToVoiceMs === null) continue;
      met++;
      const sum = ledger.reduce((total, row) => total + row.durationMs, 0);
      expect(sum).toBeCloseTo(figures.voiceToVoiceMs, 3);
    }
  }
  expect(met).toBe(7);
});

test("importLog() reads files one after the other, and passes over a line that is too long", async () => {
  using folder = temporaryFolder();
  const long = join(folder.path, "long.jsonl");
  writeFileSync(long, `{"type":"${"x".repeat(5_000)}"}\n`);
  const path = join(fixtures, "import", "livekit.jsonl");
  const both = await analyzeFiles([long, path], { from: "livekit", maxLineBytes: 4_096 });
  expect(both.requests.length).toBe(2);
  expect(both.log.problems.kinds["too long"]).toBe(1);
  expect(both.log.files.length).toBe(2);
});

test("an import is read whole, whatever is chosen of it", async () => {
  const path = join(fixtures, "import", "livekit.jsonl");
  const turn = "speech_77b2c4";
  const selections = [{ tail: 1 }, { request: turn }, { sinceSeconds: 1_764_253_820 }];
  for (const selection of selections) {
    const { requests, log } = await analyzeFiles([path], {
      from: "livekit",
      selection,
      leastUnreadBytes: 16,
    });
    expect(requests.map(({ id }) => id)).toEqual([turn]);
    expect([log.scope, log.lines]).toEqual(["whole", 11]);
  }
  expect(selections.length).toBe(3);
});

test("the summary of an import is that of the requests shown", async () => {
  const path = join(fixtures, "import", "livekit.jsonl");
  const { summary } = await analyzeFiles([path], { from: "livekit" });
  expect(summary.figures.total.n).toBe(2);
  expect([...summary.spans.keys()]).toEqual(
    expect.arrayContaining(["llm", "synthesis", "endpointing"]),
  );
});
