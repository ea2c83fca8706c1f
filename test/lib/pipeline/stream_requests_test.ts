import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../../lib/event/encode.ts";
import type { ReaderOptions } from "../../../lib/pipeline/reading.ts";
import { streamRequests } from "../../../lib/pipeline/stream_requests.ts";
import type { RequestReport } from "../../../lib/report/request_report.ts";
import type { Selection } from "../../../lib/request/select.ts";
import { analyzeFiles } from "../../support/analysis.ts";
import { fixtures, temporaryFolder } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";

const conversation = join(fixtures, "conversation.log");
const optionsFor = (name: string, selection: Selection = {}): ReaderOptions => ({
  names: [name],
  idleSeconds: 600,
  maxLineBytes: 1024 * 1024,
  selection,
});

async function streamed(options: ReaderOptions) {
  const requests: RequestReport[] = [];
  const reading = await streamRequests(options, (request) => void requests.push(request));
  return { requests, reading };
}

describe("streamRequests()", () => {
  test.each<Selection>([{}, { tail: 3 }, { slowest: 2 }, { service: "tts" }, { request: "b9da" }])(
    "hands out what analyzeLog() does for %p, and says the same of the log",
    async (selection) => {
      const { requests, reading } = await streamed(optionsFor(conversation, selection));
      const analysis = await analyzeFiles([conversation], { selection });
      expect(requests).toEqual(analysis.requests.map(({ outlier, ...rest }) => rest));
      const { log, selected, searched, otherIds } = analysis;
      expect(reading).toEqual({ log, selected, searched, otherIds });
      expect(requests.length).toBeGreaterThan(0);
    },
  );

  test("reads on only when a request has been taken", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.log");
    const events = Array.from({ length: 40 }, (_, turn) =>
      eventAt(turn * 900_000, "stt_x", { id: `id${turn}` }),
    );
    writeFileSync(path, events.map((event) => encodeEvent(event)).join(""));
    let [open, most, taken] = [0, 0, 0];
    await streamRequests(optionsFor(path), async () => {
      open++;
      most = Math.max(most, open);
      await Bun.sleep(1);
      open--;
      taken++;
    });
    expect({ most, taken }).toEqual({ most: 1, taken: 40 });
  });

  test("waits for what it hands out also where it reads only a part", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.log");
    const events = Array.from({ length: 400 }, (_, turn) =>
      eventAt(turn * 900_000, "stt_x", { id: `id${turn}` }),
    );
    writeFileSync(path, events.map((event) => encodeEvent(event)).join(""));
    const sinceSeconds = events[300]?.timestampSeconds ?? 0;
    const options = { ...optionsFor(path, { sinceSeconds }), leastUnreadBytes: 4096 };
    let [open, most] = [0, 0];
    const ids: string[] = [];
    const reading = await streamRequests(options, async ({ id }) => {
      most = Math.max(most, ++open);
      await Bun.sleep(0);
      open--;
      ids.push(id);
    });
    expect(reading.log.scope).toBe("part");
    expect(most).toBe(1);
    expect(ids).toEqual(events.slice(300).map(({ requestId }) => requestId));
  });

  test("gives others their turn while it reads", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.log");
    writeFileSync(path, encodeEvent(eventAt(0, "stt_x")).repeat(9000));
    const seen: boolean[] = [];
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    await streamRequests(optionsFor(path), () => void seen.push(hadTurn));
    expect(seen).toEqual([true]);
  });

  test("ends with what the taker throws", async () => {
    let taken = 0;
    const failing = streamRequests(optionsFor(conversation), async () => {
      taken++;
      throw new Error("full");
    });
    await expect(failing).rejects.toThrow("full");
    expect(taken).toBe(1);
  });
});
