import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../../lib/event/encode.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { openLog } from "../../../lib/log/file_source.ts";
import { ScannedBytes } from "../../../lib/log/scanned_bytes.ts";
import { findAgain } from "../../../lib/pipeline/find_again.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import type { RequestPlace } from "../../../lib/session/engine_turns.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { turnEvents } from "../../support/conversation.ts";
import { eventAt } from "../../support/events.ts";

const wanted = turnEvents({ id: "aaaa0001", at: 0 });
const others = wanted.map((event) => ({ ...event, requestId: "bbbb0001" }));
const mixed = wanted.flatMap((event, index) => [event, others[index] ?? event]);

/** Looks for the wanted request in a log of these lines, where it was measured once. */
async function find(lines: readonly string[], change: Partial<RequestPlace> = {}) {
  using folder = temporaryFolder();
  const path = join(folder.path, "voice.log");
  const text = lines.join("");
  writeFileSync(path, text);
  const { figures, trace } = analyzeRequest({ id: "aaaa0001", events: wanted });
  const place: RequestPlace = {
    row: 0,
    id: trace.id,
    startSeconds: trace.events[0]?.timestampSeconds ?? Number.NaN,
    totalSeconds: figures.totalSeconds,
    processingSeconds: figures.processingSeconds,
    voiceToVoiceSeconds: figures.voiceToVoiceSeconds,
    events: wanted.length,
    fromByte: 0,
    toByte: Buffer.byteLength(text),
    ...change,
  };
  const log = openLog(path);
  const open = () => ({ log, close: () => {} });
  const bytes = new ScannedBytes([{ from: 0, bytes: Buffer.byteLength(text), open }]);
  const found = await findAgain(bytes, [place], 4_000);
  log.close();
  return found?.map((request) => request.trace) ?? null;
}

const encode = (events: readonly TimingEvent[]) => events.map((event) => encodeEvent(event));

describe("findAgain()", () => {
  const whole = [{ id: "aaaa0001", events: wanted }];

  test("finds the events of a request among those of others", async () => {
    expect(await find(encode(mixed))).toEqual(whole);
    const mentioned = encodeEvent(
      eventAt(5, "stt_note", { id: "c", metadata: { of: "aaaa0001" } }),
    );
    expect(await find([...encode(mixed), mentioned])).toEqual(whole);
  });

  test("finds an id that is escaped, lines that are parted by a hole, and leaves long ones out", async () => {
    const lines = encode(mixed);
    const escaped = lines.map((line) => line.replace("aaaa0001", "\\u0061aaa0001"));
    expect(await find(escaped)).toEqual(whole);
    expect(await find([...lines.slice(0, 3), "\0\0", ...lines.slice(3)])).toEqual(whole);
    const long = encodeEvent(
      eventAt(5, "stt_note", { id: "aaaa0001", metadata: { text: "x".repeat(5_000) } }),
    );
    expect(await find([...lines, long])).toEqual(whole);
  });

  test("finds nothing where a request is not as it was measured", async () => {
    const lines = encode(mixed);
    expect(await find(lines.slice(2))).toBeNull();
    expect(await find([...lines, encodeEvent(eventAt(9, "stt_x", { id: "aaaa0001" }))])).toBeNull();
    const changes: Partial<RequestPlace>[] = [
      { startSeconds: 1 },
      { totalSeconds: 1 },
      { processingSeconds: 1 },
      { voiceToVoiceSeconds: null },
      { fromByte: Number.NaN },
    ];
    for (const change of changes) expect(await find(lines, change)).toBeNull();
    expect(changes.length).toBe(5);
  });
});
