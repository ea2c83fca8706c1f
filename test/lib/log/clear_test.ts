import { describe, expect, test } from "bun:test";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { AccessError } from "../../../lib/error.ts";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { countEvents, truncateLog } from "../../../lib/log/clear.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { runToEnd } from "../../support/child.ts";
import { eventAt } from "../../support/events.ts";
import { describeWithTools } from "../../support/tools.ts";

const line = encodeEvent(eventAt(0, "stt_hello"));

describe("countEvents()", () => {
  test("counts events, not lines, and all bytes", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, `${line}\nnull\n${line.trimEnd()}${line}torn`);
    const bytes = 3 * line.length + 1 + 5 + 4 - 1;
    expect(await countEvents(path, 1_000)).toEqual({ events: 3, bytes });
    expect(await countEvents(path, 10)).toEqual({ events: 0, bytes });
  });

  test("is 0 for an empty log", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, "");
    expect(await countEvents(path, 1_000)).toEqual({ events: 0, bytes: 0 });
  });

  test("fails where there is no log", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    await expect(countEvents(path, 1_000)).rejects.toThrow(
      new AccessError(`Cannot read the log ${path}: no such file or directory`),
    );
  });
});

describe("truncateLog()", () => {
  const refusal = (path: string) => {
    try {
      truncateLog(path);
    } catch (error) {
      if (error instanceof AccessError) return error.message;
      throw error;
    }
    return "nothing was refused";
  };

  test("empties the log in place, mode and file being the same", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, line, { mode: 0o600 });
    const before = statSync(path);
    truncateLog(path);
    const after = statSync(path);
    expect([after.size, after.ino, after.mode]).toEqual([0, before.ino, before.mode]);
  });

  test("lets a writer that has it open go on at its new beginning", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const writer = openSync(path, "a");
    try {
      writeSync(writer, line);
      truncateLog(path);
      writeSync(writer, "after\n");
    } finally {
      closeSync(writer);
    }
    expect(readFileSync(path, "utf8")).toBe("after\n");
  });

  test("refuses a link and leaves what it points to", () => {
    using folder = temporaryFolder();
    const [target, link] = [join(folder.path, "target"), join(folder.path, "link.log")];
    writeFileSync(target, line);
    symlinkSync(target, link);
    expect(refusal(link)).toBe(
      `Cannot clear the log ${link}: it is a symbolic link, or leads in a circle of them`,
    );
    expect(readFileSync(target, "utf8")).toBe(line);
  });

  test("refuses what is no file, or is not there", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    expect(refusal(path)).toBe(`Cannot clear the log ${path}: no such file or directory`);
    mkdirSync(path);
    expect(refusal(path)).toBe(`Cannot clear the log ${path}: it is a directory`);
    expect(refusal("/dev/null")).toBe("Cannot clear the log /dev/null: it is no regular file");
  });
});

describeWithTools("truncateLog() on a FIFO", ["mkfifo"], () => {
  test("refuses instead of waiting for a reader", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "fifo");
    await runToEnd(["mkfifo", path]);
    expect(() => truncateLog(path)).toThrow(
      `Cannot clear the log ${path}: it is a pipe that nobody reads`,
    );
  });
});
