import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { analyzeLog } from "../../lib/pipeline.ts";
import { analyzeFiles } from "../support/analysis.ts";
import { temporaryFolder } from "../support/binary.ts";
import { eventAt, startSeconds } from "../support/events.ts";

/** A log of requests, each `id@second`, of two events a second apart. */
function writeLog(folder: string, ...requests: readonly string[]): string {
  const path = join(folder, "latency.log");
  const lines = requests.flatMap((request) => {
    const [id = "", second] = request.split("@");
    const at = Number(second) * 1000;
    return [eventAt(at, "stt_hello", { id }), eventAt(at + 1000, "v34_hello", { id })];
  });
  writeFileSync(path, lines.map((event) => encodeEvent(event)).join(""));
  return path;
}

describe("analyzeLog()", () => {
  test("hands out every request, oldest first, and the summary over all", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "b@10", "a@0", "c@20");
    const { requests, summary, log, selected } = await analyzeFiles([path]);
    expect(requests.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect([selected, summary.figures.total.n, log.requests, log.events]).toEqual([3, 3, 3, 6]);
    expect([log.closedEarly, log.folded]).toEqual([0, 0]);
  });

  test("takes the same id after the idle window for another request", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "a@0", "a@602");
    expect((await analyzeFiles([path])).log.requests).toBe(2);
    expect((await analyzeFiles([path], { idleSeconds: 601 })).log.requests).toBe(1);
    expect((await analyzeFiles([path], { idleSeconds: 0.5 })).log.requests).toBe(4);
  });

  test("summarizes what was selected, and counts what was read", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "abcd0001@0", "abcd0002@10", "ffff@20");
    const { requests, summary, log, searched, otherIds, selected } = await analyzeFiles([path], {
      selection: { request: "abcd" },
    });
    expect(requests.map(({ id }) => id)).toEqual(["abcd0002"]);
    expect([selected, summary.figures.total.n, log.requests]).toEqual([1, 1, 3]);
    expect(searched).toEqual({ requests: 3, oldestSeconds: startSeconds });
    expect(otherIds).toEqual(["abcd0001"]);
  });

  test("gives the same summary when nobody wants to see the requests", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "a@0", "b@10");
    const options = { names: [path], idleSeconds: 600, maxLineBytes: 1_000, selection: {} };
    const { requests: _, ...shown } = await analyzeFiles([path], options);
    expect(await analyzeLog(options, null)).toEqual(shown);
  });

  test("knows nothing of an empty log, and says so", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path);
    const { requests, summary, log, searched } = await analyzeFiles([path]);
    expect([requests.length, summary.figures.total.n, log.lines]).toEqual([0, 0, 0]);
    expect(searched).toEqual({ requests: 0, oldestSeconds: null });
  });
});
