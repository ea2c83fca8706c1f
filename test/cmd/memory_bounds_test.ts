/** Logs that are meant to take all memory: what the built executable says that it has taken. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeEvent } from "../../lib/event/encode.ts";
import { run, temporaryFolder } from "../support/binary.ts";
import { eventAt } from "../support/events.ts";

setDefaultTimeout(120_000);

const gigabyte = 1024 ** 3;

/** Runs a reader; returns its peak in megabytes, and all that it says. */
async function peakOf(...args: readonly string[]): Promise<{ peak: number; said: string }> {
  const { stderr } = await run([...args, "--verbose"]);
  const [, megabytes] = /at most ([\d.]+) MB of memory$/m.exec(stderr) ?? [];
  expect(stderr).toContain(" MB of memory");
  return { peak: Number(megabytes), said: stderr };
}

describe("memory is bounded", () => {
  test("over a gigabyte of NUL bytes, and over an archive that unpacks to one", async () => {
    using folder = temporaryFolder();
    const hole = join(folder.path, "hole.log");
    writeFileSync(hole, "");
    truncateSync(hole, gigabyte);
    const bomb = join(folder.path, "bomb.log.gz");
    const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    writeFileSync(bomb, Buffer.concat(Array.from({ length: 16 }, () => member)));
    for (const log of [hole, bomb]) {
      const { peak, said } = await peakOf("analyze", log, "--summary");
      expect(said).toContain("Passed over: 1 hole of NUL bytes");
      expect(said).toContain(`Read ${gigabyte} bytes`);
      expect([log, peak < 130]).toEqual([log, true]);
    }
  });

  test("over a line without end", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFileSync(log, Buffer.alloc(256 * 1024 * 1024, "a"));
    const { peak, said } = await peakOf("analyze", log, "--summary");
    expect(said).toContain("1 of 1 line held something that is no event: 1 too long");
    expect(peak).toBeLessThan(130);
  });

  test("over names without number, which are told as folded", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    const lines = Array.from({ length: 100_000 }, (_, at) =>
      encodeEvent(eventAt(at * 10, `name_${at}`, { id: `id${at >> 2}` })),
    );
    writeFileSync(log, lines.join(""));
    const { peak, said } = await peakOf("analyze", log, "--summary");
    expect(said).toContain('Counted under "other", as there were too many names: ');
    expect(peak).toBeLessThan(400);
  });

  test("over sessions without number, which are told as folded", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    const lines = Array.from({ length: 150_000 }, (_, at) =>
      encodeEvent(
        eventAt(at * 10, "v34_webhook_received", {
          id: `id${at}`,
          metadata: { session_id: `session-${at}` },
        }),
      ),
    );
    writeFileSync(log, lines.join(""));
    const { peak, said } = await peakOf("sessions", log);
    expect(said).toContain(`too many names: ${150_000 - 65_536} samples`);
    // Left to itself garbage makes 230 of it and more.
    expect(peak).toBeLessThan(220);
  });
});
