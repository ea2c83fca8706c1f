import { afterEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { LogFollower } from "../../../lib/log/follow_log.ts";
import { rotateLog } from "../../../lib/log/rotation/rotate.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { eventAt } from "../../support/events.ts";
import { settingsFor } from "../../support/rotation.ts";

const options = { maxLineBytes: 1024 * 1024, backlogBytes: 1024 * 1024 };

let written = 0;

/** A line whose event is named by its number. */
function line(): string {
  written++;
  return String(encodeEvent(eventAt(written, `stt_${written}`)));
}

/** A follower of a log in a folder of its own, and the numbers it has handed out. */
function follow(changes: Partial<typeof options> = {}) {
  const folder = temporaryFolder();
  const path = join(folder.path, "latency.log");
  const seen: string[] = [];
  const backlog: string[] = [];
  const follower = new LogFollower(path, { ...options, ...changes }, (event, isBacklog) => {
    (isBacklog ? backlog : seen).push(event.name);
  });
  let nowMs = 0;
  const poll = async (afterMs = 100) => {
    nowMs += afterMs;
    await follower.poll(nowMs);
  };
  return {
    folder,
    path,
    seen,
    backlog,
    follower,
    poll,
    [Symbol.dispose]: () => {
      follower.close();
      folder[Symbol.dispose]();
    },
  };
}

afterEach(() => {
  written = 0;
});

describe("LogFollower", () => {
  test("hands out what is there as backlog, then what is appended, whole lines only", async () => {
    using log = follow();
    writeFileSync(log.path, line() + line());
    await log.poll();
    expect([log.backlog, log.seen]).toEqual([["stt_1", "stt_2"], []]);
    const [head, tail] = [line(), line()];
    appendFileSync(log.path, head + tail.slice(0, 30));
    await log.poll();
    expect(log.seen).toEqual(["stt_3"]);
    appendFileSync(log.path, tail.slice(30));
    await log.poll();
    expect(log.seen).toEqual(["stt_3", "stt_4"]);
    expect(log.follower.tally.problems).toBe(0);
  });

  test("reads only so much of a long log, from a whole line on", async () => {
    using log = follow({ backlogBytes: 500 });
    for (let index = 0; index < 100; index++) appendFileSync(log.path, line());
    await log.poll();
    expect(log.backlog.at(-1)).toBe("stt_100");
    expect(log.backlog.length).toBeLessThan(5);
    expect(log.backlog.length).toBeGreaterThan(1);
    expect(log.follower.tally.problems).toBe(0);
  });

  test("waits for a log that is not there yet", async () => {
    using log = follow();
    await log.poll();
    expect(log.follower.isPresent).toBe(false);
    writeFileSync(log.path, line());
    await log.poll();
    expect(log.follower.isPresent).toBe(true);
    expect(log.backlog).toEqual(["stt_1"]);
  });

  test("goes on across rotations, with writers that come late", async () => {
    using log = follow();
    writeFileSync(log.path, line());
    await log.poll();
    for (let round = 0; round < 5; round++) {
      appendFileSync(log.path, line());
      await rotateLog(settingsFor(log.path));
      appendFileSync(log.path, line());
      await log.poll();
    }
    expect(log.seen).toEqual(Array.from({ length: 10 }, (_, index) => `stt_${index + 2}`));
    expect(log.follower.rotations).toBe(5);
  });

  test("reads from the archives what was rotated away between two looks", async () => {
    using log = follow();
    writeFileSync(log.path, line());
    await log.poll();
    for (let round = 0; round < 4; round++) {
      appendFileSync(log.path, line());
      await rotateLog(settingsFor(log.path));
    }
    appendFileSync(log.path, line());
    await log.poll();
    expect(log.seen.toSorted()).toEqual(["stt_2", "stt_3", "stt_4", "stt_5", "stt_6"]);
    expect(log.follower.rotations).toBe(4);
  });

  test("reads a file that another took the place of until its writers have left", async () => {
    using log = follow();
    writeFileSync(log.path, line());
    await log.poll();
    const old = join(log.folder.path, "old");
    renameSync(log.path, old);
    writeFileSync(log.path, line());
    await log.poll();
    appendFileSync(old, line());
    await log.poll();
    expect(log.seen).toEqual(["stt_2", "stt_3"]);
    await log.poll(20_000);
    appendFileSync(old, line());
    await log.poll(20_000);
    expect(log.seen).toEqual(["stt_2", "stt_3"]);
  });

  test("begins anew where a file was cut, also if it has grown beyond its old length since", async () => {
    using log = follow();
    writeFileSync(log.path, line() + line());
    await log.poll();
    truncateSync(log.path, 0);
    appendFileSync(log.path, line());
    await log.poll();
    expect(log.seen).toEqual(["stt_3"]);
    truncateSync(log.path, 0);
    appendFileSync(log.path, line() + line() + line());
    await log.poll();
    expect(log.seen).toEqual(["stt_3", "stt_4", "stt_5", "stt_6"]);
    expect(log.follower.truncations).toBe(2);
  });

  test("lives through the removal of the log and its return", async () => {
    using log = follow();
    writeFileSync(log.path, line());
    await log.poll();
    rmSync(log.path);
    await log.poll();
    writeFileSync(log.path, line());
    await log.poll();
    expect(log.seen).toEqual(["stt_2"]);
  });

  test("counts what is no event", async () => {
    using log = follow();
    writeFileSync(log.path, `${line()}no event\n`);
    await log.poll();
    appendFileSync(log.path, `{}\n${"x".repeat(2 * 1024 * 1024)}\n${line()}`);
    await log.poll();
    expect(log.seen).toEqual(["stt_2"]);
    expect(log.follower.tally.problems).toBe(3);
  });

  test("says what is wrong with a log that cannot be read", async () => {
    using log = follow();
    mkdirSync(log.path);
    expect(log.poll()).rejects.toThrow(`Cannot follow the log ${log.path}: it is no regular file`);
  });
});
