import { describe, expect, test } from "bun:test";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AccessError } from "../../../lib/error.ts";
import { appendLines } from "../../../lib/log/append.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { bunCommand, runToEnd } from "../../support/child.ts";
import { describeWithTools } from "../../support/tools.ts";

const modulePath = join(import.meta.dir, "../../../lib/log/append.ts");

function refusal(path: string): AccessError {
  try {
    appendLines(path, "x\n");
  } catch (error) {
    if (error instanceof AccessError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("appendLines()", () => {
  test("makes the log with mode 640 and its folders with 750, where they are missing", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a", "b", "latency.log");
    const umask = process.umask(0);
    try {
      appendLines(path, "one\n");
    } finally {
      process.umask(umask);
    }
    expect(readFileSync(path, "utf8")).toBe("one\n");
    expect([mode(path), mode(join(folder.path, "a", "b")), mode(join(folder.path, "a"))]).toEqual([
      "640",
      "750",
      "750",
    ]);
  });

  test("leaves the mode of what is there", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, "", { mode: 0o600 });
    appendLines(path, "one\n");
    expect(mode(path)).toBe("600");
  });

  test("writes behind what is there, through a link too", () => {
    using folder = temporaryFolder();
    const [path, link] = [join(folder.path, "latency.log"), join(folder.path, "link.log")];
    writeFileSync(path, "one\n");
    symlinkSync(path, link);
    appendLines(path, "two\nthree é🎙\n");
    appendLines(link, "four\n");
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree é🎙\nfour\n");
  });

  test("takes a line of a megabyte whole", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const line = `${"x".repeat(1024 * 1024)}\n`;
    appendLines(path, line);
    appendLines(path, line);
    expect(statSync(path).size).toBe(2 * line.length);
  });

  test("leaves no descriptor open, whether it succeeds or not", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const probe = () => {
      const descriptor = openSync(folder.path, "r");
      closeSync(descriptor);
      return descriptor;
    };
    const before = probe();
    for (let round = 0; round < 20; round++) {
      appendLines(path, "x\n");
      refusal(folder.path);
    }
    expect(probe()).toBe(before);
  });

  test("keeps the lines of many processes whole, of every length", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const [writers, lines] = [6, 400];
    const script = `
      import { appendLines } from ${JSON.stringify(modulePath)};
      const [path, name] = process.argv.slice(-2);
      for (let line = 0; line < ${lines}; line++) {
        appendLines(path, name + ":" + line + ":" + name.repeat((line * 37) % 9000) + "\\n");
      }`;
    const runs = Array.from({ length: writers }, (_, index) =>
      runToEnd(bunCommand(script, path, String.fromCharCode(97 + index))),
    );
    expect(await Promise.all(runs)).toEqual(Array(writers).fill({ code: 0, output: "" }));
    const written = readFileSync(path, "utf8").split("\n");
    expect(written.pop()).toBe("");
    expect(written.length).toBe(writers * lines);
    const next = new Map<string, number>();
    for (const one of written) {
      const [name = "", number, rest] = one.split(":");
      const wanted = next.get(name) ?? 0;
      expect([name, Number(number)]).toEqual([name, wanted]);
      expect(rest === name.repeat((wanted * 37) % 9000)).toBe(true);
      next.set(name, wanted + 1);
    }
    expect([...next.values()]).toEqual(Array(writers).fill(lines));
  }, 30_000);
});

describe("appendLines() refuses, with the place and the reason,", () => {
  test("a folder", () => {
    using folder = temporaryFolder();
    expect(refusal(folder.path)).toMatchObject({
      message: `Cannot write to the log ${folder.path}: it is a directory`,
      code: "EISDIR",
    });
  });

  test("a path through a file", () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    expect(refusal(join(file, "latency.log")).message).toBe(
      `Cannot write to the log ${file}/latency.log: a part of the path is not a directory`,
    );
  });

  test("a link to nowhere's nowhere", () => {
    using folder = temporaryFolder();
    const link = join(folder.path, "link.log");
    symlinkSync(join(folder.path, "missing", "latency.log"), link);
    expect(refusal(link)).toMatchObject({ code: "ENOENT" });
  });

  test("a link in a circle", () => {
    using folder = temporaryFolder();
    const link = join(folder.path, "link.log");
    symlinkSync(link, link);
    expect(refusal(link).message).toEndWith(
      "link.log: it is a symbolic link, or leads in a circle of them",
    );
  });

  test("a name that is too long", () => {
    using folder = temporaryFolder();
    expect(refusal(join(folder.path, "x".repeat(300))).message).toEndWith(": the name is too long");
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk", () => {
    expect(refusal("/dev/full")).toMatchObject({
      message: "Cannot write to the log /dev/full: no space left on the device",
      code: "ENOSPC",
    });
  });
});

describeWithTools("appendLines() on a FIFO", ["mkfifo"], () => {
  test("refuses one that nobody reads instead of waiting", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "fifo");
    expect((await runToEnd(["mkfifo", path])).code).toBe(0);
    expect(refusal(path)).toMatchObject({
      message: `Cannot write to the log ${path}: it is a pipe that nobody reads`,
      code: "ENXIO",
    });
  });

  test("writes into one that somebody reads, and refuses one that is full", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "fifo");
    await runToEnd(["mkfifo", path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      appendLines(path, "one\n");
      const bytes = new Uint8Array(16);
      expect(readSync(reader, bytes)).toBe(4);
      const fill = () => {
        for (let round = 0; round < 1_000; round++) appendLines(path, "x".repeat(4_096));
      };
      expect(fill).toThrow(AccessError);
    } finally {
      closeSync(reader);
    }
  });
});

describeWithTools("appendLines() under a limit of file sizes", ["bash"], () => {
  test("reports that only a part of the line was taken", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, "x".repeat(1_000));
    const script = `
      import { appendLines } from ${JSON.stringify(modulePath)};
      process.on("SIGXFSZ", () => {});
      try { appendLines(process.argv.at(-1), "y".repeat(99) + "\\n"); console.log("taken"); }
      catch (error) { console.log(error.code + " " + error.message); }`;
    const limited = ["bash", "-c", 'ulimit -f 1 && exec "$@"', "bash", ...bunCommand(script, path)];
    const { output } = await runToEnd(limited);
    expect(output).toBe(`EFBIG Cannot write to the log ${path}: the file may not grow further\n`);
    expect(statSync(path).size).toBe(1_024);
  });
});

const isRoot = process.getuid?.() === 0;
describeWithTools("appendLines() without permission", isRoot ? ["setpriv"] : [], () => {
  test("refuses a log and a folder of somebody else", async () => {
    using folder = temporaryFolder();
    const own = join(folder.path, "own");
    mkdirSync(own, { mode: 0o555 });
    const log = join(folder.path, "latency.log");
    writeFileSync(log, "", { mode: 0o444 });
    Bun.spawnSync(["chmod", "755", folder.path]);
    const script = `
      import { appendLines } from ${JSON.stringify(modulePath)};
      for (const path of process.argv.slice(-2)) {
        try { appendLines(path, "x\\n"); console.log("taken"); }
        catch (error) { console.log(error.message); }
      }`;
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const paths = [join(own, "latency.log"), log];
    const { output } = await runToEnd([...(isRoot ? nobody : []), ...bunCommand(script, ...paths)]);
    expect(output).toBe(
      paths.map((path) => `Cannot write to the log ${path}: permission denied\n`).join(""),
    );
  });
});
