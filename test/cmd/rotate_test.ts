import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { withLock } from "../../lib/log/lock.ts";
import { binary, type Run, run, temporaryFolder } from "../support/binary.ts";
import { contentOf, logsIn, sampleLines, snapshot, writeFiles } from "../support/rotation.ts";
import { describeWithTools } from "../support/tools.ts";

const lines = sampleLines(30);
const archive = /latency-\d{8}T\d{6}Z-\d{4}\.log\.gz/;
const isRoot = process.geteuid?.() === 0;

/** A folder with a log of thirty lines; `timmy()` runs the binary in it. */
function folderWithLog(content = lines) {
  const folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  writeFiles(folder.path, { "latency.log": content });
  const timmy = (...args: string[]) =>
    run(args, { cwd: folder.path, env: { TIMMY_LATENCY_LOG: log } });
  return { path: folder.path, log, timmy, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Runs a shell script with the binary's path as `$timmy`. */
async function runShell(script: string, cwd: string, stdin = ""): Promise<Run> {
  const child = Bun.spawn(["bash", "-c", script], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, TZ: "UTC", timmy: binary },
    stdin: new Blob([stdin]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

describe("rotate", () => {
  test("makes an archive beside the log and says so", async () => {
    using folder = folderWithLog();
    const { code, stdout, stderr } = await folder.timmy("rotate");
    const [name = ""] = logsIn(folder.path);
    expect(name).toMatch(archive);
    const size = statSync(join(folder.path, name)).size;
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `Rotated ${folder.log} (3.8 KB, 30 events) to ${join(folder.path, name)} (${size} B)\n`,
      stderr: "",
    });
    expect(contentOf(join(folder.path, name))).toBe(lines);
    expect(readFileSync(folder.log, "utf8")).toBe("");
  });

  test("says the same as JSON", async () => {
    using folder = folderWithLog();
    const { stdout } = await folder.timmy("rotate", "--format", "json", "--compress", "none");
    const [name = ""] = logsIn(folder.path);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      log: folder.log,
      dry_run: false,
      verdict: "due",
      actions: [
        {
          step: "rotate",
          file: folder.log,
          archive: join(folder.path, name),
          bytes: lines.length,
          events: 30,
          archive_bytes: lines.length,
          reason: "",
        },
      ],
    });
  });

  test("is silent with --quiet, and where there is nothing to do", async () => {
    using folder = folderWithLog();
    const silent = { code: 0, stdout: "", stderr: "" };
    expect(await folder.timmy("rotate", "--max-size", "1G")).toEqual(silent);
    expect(await folder.timmy("rotate", "--max-age", "9000d")).toEqual(silent);
    expect(await folder.timmy("rotate", "--quiet")).toEqual(silent);
    expect(await folder.timmy("rotate")).toEqual(silent);
    expect(await run(["rotate"], { cwd: folder.path })).toEqual(silent);
    expect(logsIn(folder.path)).toHaveLength(2);
  });

  test("a log named by --log must be there; JSON is valid all the same", async () => {
    using folder = temporaryFolder();
    const args = ["rotate", "--log", "no.log", "--format", "json"];
    const { code, stdout, stderr } = await run(args, { cwd: folder.path });
    expect(code).toBe(5);
    expect(stderr).toBe("timmy-latency: Cannot rotate the log no.log: no such file or directory\n");
    expect(JSON.parse(stdout).verdict).toBe("absent");
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("a log of any name in the folder where one stands is rotated", async () => {
    using folder = temporaryFolder();
    for (const name of ["-dash.log", "a b.jsonl", "new\nline.ndjson", "plain", "*.log"]) {
      writeFiles(folder.path, { [name]: lines });
      const { code, stderr } = await run(["rotate", `--log=${name}`], { cwd: folder.path });
      expect([code, stderr]).toEqual([0, ""]);
    }
    const archives = readdirSync(folder.path).filter((name) => name.endsWith(".gz"));
    expect(archives.sort().map((name) => name.replace(/\d{8}T\d{6}Z/, "TIME"))).toEqual([
      "*-TIME-0001.log.gz",
      "-dash-TIME-0001.log.gz",
      "a b-TIME-0001.jsonl.gz",
      "new\nline-TIME-0001.ndjson.gz",
      "plain-TIME-0001.log.gz",
    ]);
  });
});

describe("rotate refuses", () => {
  const usage: [args: string[], said: string][] = [
    [["--keep", "0"], 'Cannot use "0" for --keep: write a whole number from 1, as in --keep 14'],
    [["--keep", "-1"], 'Cannot use "-1" for --keep: write a whole number from 1, as in --keep 14'],
    [
      ["--keep-for", "30"],
      'Cannot use "30" for --keep-for: write a duration such as 250ms, 1.5s or 10m',
    ],
    [["--max-size", "big"], 'Cannot use "big" for --max-size: write a size such as 64K or 100M'],
    [
      ["--max-age", "1"],
      'Cannot use "1" for --max-age: write a duration such as 250ms, 1.5s or 10m',
    ],
    [["--compress", "xz"], 'Cannot use "xz" for --compress: it is one of gzip, zstd, none'],
    [["--archive-dir", ""], "Cannot use --archive-dir without a value: write --archive-dir DIR"],
    [
      ["--keep", "1"],
      "Cannot ask whether to delete archives: add --yes, or --dry-run to look first",
    ],
    [
      ["--keep-for", "1d"],
      "Cannot ask whether to delete archives: add --yes, or --dry-run to look first",
    ],
    [["latency.log"], 'Cannot use the surplus argument "latency.log": none is taken here'],
  ];
  test.each(usage)("%p, with exit code 2 and nothing done", async (args, said) => {
    using folder = folderWithLog();
    const { code, stdout, stderr } = await folder.timmy("rotate", ...args);
    expect([code, stdout, stderr]).toEqual([2, "", `timmy-latency: ${said}\n`]);
    expect(snapshot(folder.path)).toEqual({ "latency.log": lines });
  });

  const places: [title: string, make: (folder: string, log: string) => void, said: string][] = [
    [
      "a symbolic link",
      (folder, log) => symlinkSync(log, join(folder, "link.log")),
      "Cannot rotate the log link.log: it is a symbolic link; name the file that it points to",
    ],
    [
      "a folder",
      (folder) => mkdirSync(join(folder, "link.log")),
      "Cannot rotate the log link.log: it is no regular file",
    ],
    [
      "a hard link",
      (folder, log) => linkSync(log, join(folder, "link.log")),
      "Cannot rotate the log link.log: it has another hard link, under which it would go on being written; remove that name",
    ],
    [
      "a log in a folder that everybody may write to",
      (folder, log) => {
        appendFileSync(join(folder, "link.log"), readFileSync(log));
        chmodSync(folder, 0o777);
      },
      "Cannot rotate in the folder .: everybody may swap files in it; take that right away with chmod o-w",
    ],
    ...(isRoot
      ? ([
          [
            "somebody else's log",
            (folder, log) => {
              appendFileSync(join(folder, "link.log"), readFileSync(log));
              chownSync(join(folder, "link.log"), 12_345, 12_345);
            },
            "Cannot rotate the log link.log: it belongs to user 12345, not to you (user 0); run as its owner",
          ],
          [
            "as root, a log in somebody else's folder",
            (folder, log) => {
              appendFileSync(join(folder, "link.log"), readFileSync(log));
              chownSync(folder, 12_345, 12_345);
            },
            "Cannot rotate in the folder .: it belongs to user 12345; run as that user, not as root",
          ],
        ] as [string, (folder: string, log: string) => void, string][])
      : []),
  ];
  test.each(places)("%s, with exit code 5 and nothing done", async (_title, make, said) => {
    using folder = folderWithLog();
    make(folder.path, folder.log);
    const before = readdirSync(folder.path);
    const { code, stderr } = await folder.timmy("rotate", "--log", "link.log");
    expect([code, stderr]).toEqual([5, `timmy-latency: ${said}\n`]);
    expect(readdirSync(folder.path)).toEqual(before);
    expect(readFileSync(folder.log, "utf8")).toBe(lines);
  });
  test("covers its tables", () =>
    expect([usage.length, places.length]).toEqual([10, isRoot ? 6 : 4]));
  if (!isRoot) test.skip("NOT RUN: foreign owners: not run as root", () => {});

  test("to wait for a lock: exit code 3", async () => {
    using folder = folderWithLog();
    const { code, stdout, stderr } = await withLock(folder.log, () => folder.timmy("rotate"));
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toBe(
      `timmy-latency: Another run holds the lock ${folder.log}.lock; try again when it has ended\n`,
    );
    expect(readFileSync(folder.log, "utf8")).toBe(lines);
  });
});

describe("rotate --keep", () => {
  test("deletes with --yes and says what", async () => {
    using folder = folderWithLog();
    await folder.timmy("rotate");
    const [oldest = ""] = logsIn(folder.path);
    appendFileSync(folder.log, lines);
    const { code, stdout } = await folder.timmy("rotate", "--keep", "1", "--yes");
    expect(code).toBe(0);
    const size = stdout.match(/Deleted .* \((\d+ B)\)/)?.[1];
    expect(stdout.split("\n")[1]).toBe(
      `Deleted ${join(folder.path, oldest)} (${size}): beyond the newest 1`,
    );
    expect(logsIn(folder.path)).toHaveLength(2);
  });

  test("works without a rotation being due", async () => {
    using folder = folderWithLog();
    for (let round = 0; round < 3; round++) {
      appendFileSync(folder.log, lines);
      await folder.timmy("rotate");
    }
    await folder.timmy("rotate", "--keep", "1", "--yes");
    expect(logsIn(folder.path)).toHaveLength(2);
  });
});

describeWithTools("rotate --keep on a terminal", ["script", "bash"], () => {
  const answers = [
    ["y\n", 2],
    ["n\n", 3],
    ["\n", 3],
  ] as const;
  test.each(answers)("asked, answered %p, leaves %p files", async (answer, left) => {
    using folder = folderWithLog();
    await folder.timmy("rotate");
    appendFileSync(folder.log, lines);
    const command = `$timmy rotate --keep 1 --log ${folder.log}`;
    const { stdout, code } = await runShell(
      `script -qec '${command}' /dev/null`,
      folder.path,
      answer,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("Delete this archive? [y/N]");
    expect(logsIn(folder.path)).toHaveLength(left);
  });
  test("covers its table", () => expect(answers).toHaveLength(3));
});

describeWithTools("rotate --dry-run", ["faketime", "strace", "bash"], () => {
  test("says exactly what the same run then does, and changes nothing", async () => {
    using folder = folderWithLog();
    for (let round = 0; round < 3; round++) {
      appendFileSync(folder.log, lines);
      await folder.timmy("rotate");
    }
    writeFiles(folder.path, {
      "latency-20250101T000000Z-0001.log.raw": lines,
      "latency-20250101T000000Z-0001.log.gz.tmp": "half",
      "latency-20250102T000000Z-0001.log": lines,
    });
    appendFileSync(folder.log, lines);
    const before = snapshot(folder.path);
    const command = `faketime '2099-01-01 12:00:00' $timmy rotate --keep 2 --format json --log ${folder.log}`;
    const dry = await runShell(`${command} --dry-run`, folder.path);
    expect(snapshot(folder.path)).toEqual(before);
    const real = await runShell(`${command} --yes`, folder.path);
    // The faked clock goes on: the second run may begin in the next second.
    const steps = ({ stdout }: Run) =>
      JSON.parse(stdout.replaceAll(/20990101T1200\d\dZ/g, "20990101T120000Z")).actions.map(
        ({ step, file, archive, bytes, reason }: Record<string, unknown>) => ({
          ...{ step, file, archive, bytes, reason },
        }),
      );
    expect(steps(real)).toEqual(steps(dry));
    expect(steps(dry).map(({ step }: { step: string }) => step)).toEqual([
      "discard",
      "finish",
      "rotate",
      "list",
      "delete",
      "delete",
      "delete",
    ]);
    // What was only finished in this run is for the next one to delete.
    expect(logsIn(folder.path)).toHaveLength(4);
  });

  test("opens nothing for writing", async () => {
    using folder = folderWithLog();
    const trace = join(folder.path, "trace");
    const calls =
      "openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,ftruncate,mkdir";
    await runShell(
      `strace -f -o ${trace} -e trace=${calls} $timmy rotate --dry-run --log ${folder.log}`,
      folder.path,
    );
    const made = readFileSync(trace, "utf8")
      .split("\n")
      .filter((line) => line.includes(folder.path));
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((line) => !/O_RDONLY/.test(line) || /O_CREAT|O_TRUNC/.test(line))).toEqual(
      [],
    );
  });
});

describeWithTools("rotate and the clock", ["faketime", "bash"], () => {
  test("set back a year, keeps names in the order of rotations", async () => {
    using folder = folderWithLog(sampleLines(10));
    for (const [index, date] of ["2030-05-05 10:00:00", "2029-05-05 10:00:00"].entries()) {
      await runShell(`faketime '${date}' $timmy rotate --log ${folder.log}`, folder.path);
      appendFileSync(folder.log, sampleLines(10, (index + 1) * 10));
    }
    expect(logsIn(folder.path).slice(0, 2)).toEqual([
      expect.stringMatching(/^latency-20300505T10000\dZ-0001\.log\.gz$/),
      expect.stringMatching(/^latency-20300505T10000\dZ-0002\.log\.gz$/),
    ]);
    const all = logsIn(folder.path).map((name) => contentOf(join(folder.path, name)));
    expect(all.join("")).toBe(lines);
  });
});

describeWithTools("a writer stopped between open and write", ["python3", "bash"], () => {
  test("loses nothing over two rotations", async () => {
    using folder = folderWithLog(sampleLines(20));
    using other = temporaryFolder();
    const ready = join(other.path, "ready");
    const script = `
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
open(sys.argv[2], "w").close()
sys.stdin.readline()
os.write(file, sys.argv[3].encode())`;
    const child = Bun.spawn(["python3", "-c", script, folder.log, ready, sampleLines(10, 20)], {
      stdin: "pipe",
    });
    try {
      while (!existsSync(ready)) await Bun.sleep(5);
      child.kill("SIGSTOP");
      const { code, stdout } = await folder.timmy("rotate");
      expect(code).toBe(0);
      expect(stdout).toContain(".log.raw: a writer has it open; a later rotate finishes it\n");
      child.stdin.write("\n");
      child.stdin.end();
      child.kill("SIGCONT");
      await child.exited;
      expect((await folder.timmy("rotate")).stdout).toContain("Finished ");
      expect(logsIn(folder.path)).toEqual([expect.stringMatching(archive), "latency.log"]);
      expect(contentOf(join(folder.path, logsIn(folder.path)[0] ?? ""))).toBe(lines);
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  }, 20_000);
});

/** Why a small file system of our own cannot be had here; null if it can. */
function whyNoMount(): string | null {
  const command = "mount -t tmpfs -o size=64k none /mnt";
  const tried = Bun.spawnSync(["unshare", "-m", "sh", "-c", command], { stderr: "pipe" });
  return tried.exitCode === 0 ? null : `no mount: ${tried.stderr.toString().trim()}`;
}

describeWithTools("rotate on a full disk", ["unshare", "mount", "bash"], () => {
  const reason = whyNoMount();
  if (reason !== null) {
    test.skip(`NOT RUN: ${reason}`, () => {});
    return;
  }
  /** Runs `steps` in a tmpfs of `kilobytes` that ends with them; the log has 300 KB that do not pack. */
  async function runInSmallDisk(folder: string, kilobytes: number, steps: string): Promise<Run> {
    const random = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("hex");
    const events = Array.from({ length: 60 }, (_, index) =>
      sampleLines(1, index).replace(
        '"n"',
        `"noise": "${random.slice(index * 2000, index * 2000 + 2000)}", "n"`,
      ),
    ).join("");
    writeFiles(folder, { source: events });
    mkdirSync(join(folder, "disk"));
    const mount = `mount -t tmpfs -o size=${kilobytes}k,mode=700 none disk && cp source disk/latency.log`;
    const script = `cd ${folder} && ${mount} && cd disk && ${steps}`;
    return runShell(`unshare -m bash -c '${script}'`, folder);
  }

  test("keeps the raw archive, removes what is half written, and goes on later", async () => {
    using folder = temporaryFolder();
    const steps = `
      $timmy rotate --log latency.log; echo code $?; ls;
      mount -o remount,size=2m disk . 2>&1 || mount -o remount,size=2m "$PWD";
      $timmy rotate --log latency.log; echo code $?; ls *.gz; zcat *.gz | cmp - ../source && echo same`;
    const { stdout, stderr } = await runInSmallDisk(folder.path, 160, steps);
    const [, firstCode, ...rest] = stdout.replaceAll(/\d{8}T\d{6}Z/g, "TIME").split("\n");
    expect(stderr).toMatch(
      /^timmy-latency: Cannot make an archive of latency-\w+-0001\.log\.raw: no space left on the device; its events are safe there, and the next rotate goes on\n/,
    );
    expect(firstCode).toBe("code 5");
    expect(rest.slice(0, 3)).toEqual([
      "latency-TIME-0001.log.raw",
      "latency.log",
      "latency.log.lock",
    ]);
    expect(stdout).toContain("code 0\n");
    expect(stdout).toEndWith("same\n");
  });
});

describe("clear --archive", () => {
  test("rotates instead, and asks nothing", async () => {
    using folder = folderWithLog();
    const { code, stdout } = await folder.timmy("clear", "--archive");
    expect([code, stdout.slice(0, 8)]).toEqual([0, "Rotated "]);
    expect(contentOf(join(folder.path, logsIn(folder.path)[0] ?? ""))).toBe(lines);
  });

  test("--dry-run only says so", async () => {
    using folder = folderWithLog();
    const { stdout } = await folder.timmy("clear", "--archive", "--dry-run");
    expect(stdout).toStartWith("Would rotate ");
    expect(snapshot(folder.path)).toEqual({ "latency.log": lines });
  });
});

describe("readers after a rotation", () => {
  test("say where the events are", async () => {
    using folder = folderWithLog();
    await folder.timmy("rotate");
    const { code, stderr } = await folder.timmy("analyze");
    expect(code).toBe(1);
    expect(stderr).toEndWith(`; read its archive with: timmy-latency analyze ${folder.path}\n`);
  });

  test("find the same in the folder as in the log before", async () => {
    using folder = folderWithLog();
    const before = await folder.timmy("analyze", "--format", "json");
    await folder.timmy("rotate", "--compress", "zstd");
    const after = await folder.timmy("analyze", folder.path, "--format", "json");
    const strip = ({ stdout }: Run) => ({ ...JSON.parse(stdout), log: null });
    expect(strip(after)).toEqual(strip(before));
    expect(strip(after).requests).toHaveLength(30);
  });
});
