import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { escapeControls } from "../../lib/escape.ts";
import { fixtures, run, runShell, temporaryFolder } from "../support/binary.ts";
import { decode, type ReadPage, readPage, written } from "../support/page.ts";
import { writeLog } from "../support/voice_log.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const fields = ["n", "mean", "min", "p50", "p90", "p95", "p99", "max", "share"] as const;
type JsonSeries = Readonly<Record<(typeof fields)[number], number | null>>;

describe("the numbers on the page", () => {
  const logs = readdirSync(fixtures).filter((name) => /\.log(\.gz)?$/.test(name));

  test.each(logs)("are those of analyze and sessions: %s", async (name) => {
    const log = join(fixtures, name);
    const args = [log, "--format", "json", "--quiet"];
    const [page, analyze, sessions] = await Promise.all([
      run(["report", log, "-o", "-", "--quiet"]),
      run(["analyze", ...args]),
      run(["sessions", ...args]),
    ]);
    expect({ code: page.code, stderr: page.stderr }).toEqual({ code: 0, stderr: "" });
    const read = readPage(page.stdout);
    const { summary, requests, hints } = JSON.parse(analyze.stdout);
    expectFigures(read, summary.figures);
    expectTable(read, "Durations of spans", summary.spans);
    const large = Object.entries(summary.gaps as Record<string, JsonSeries>).filter(
      ([, { p50 }]) => (p50 ?? 0) > 1,
    );
    expectTable(read, "Durations of gaps", Object.fromEntries(large));
    expectRequests(read, requests);
    expectTurns(read, JSON.parse(sessions.stdout).sessions);
    for (const { evidence, advice } of hints) {
      expect(decode(page.stdout)).toContain(`<p>${evidence.text}</p><p>→ ${advice}</p>`);
    }
  });

  test("are compared on every sample log", () => {
    expect(logs.length).toBe(6);
  });

  test("are over all requests, also where the page shows a sample", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "many.log");
    writeLog(log, 1_000);
    const page = await run(["report", log, "-o", "-"]);
    const analyze = await run(["analyze", log, "--summary", "--format", "json"]);
    const read = readPage(page.stdout);
    expectFigures(read, JSON.parse(analyze.stdout).summary.figures);
    expect(read.requests.length).toBeGreaterThan(130);
    expect(read.requests.length).toBeLessThanOrEqual(200);
    expect(page.stdout).toContain("of 1000 requests: the 60 longest by voice-to-voice");
  });

  test("are those of the requests chosen", async () => {
    const args = [
      join(fixtures, "before.log"),
      "--since",
      "2025-11-27T14:35:00Z",
      "--slowest",
      "7",
    ];
    const page = await run(["report", ...args, "-o", "-"]);
    const analyze = await run(["analyze", ...args, "--format", "json"]);
    const { summary, requests } = JSON.parse(analyze.stdout);
    const read = readPage(page.stdout);
    expect(requests).toHaveLength(7);
    expectFigures(read, summary.figures);
    expectRequests(read, requests);
  });

  function expectFigures(read: ReadPage, figures: Record<string, JsonSeries>): void {
    let met = 0;
    for (const [figure, series] of Object.entries(figures)) {
      for (const field of fields) {
        if (field === "share") continue;
        met++;
        const shown = read.figures.get(`${figure} ${field}`);
        expect({ figure, field, shown }).toEqual({ figure, field, shown: written(series[field]) });
      }
    }
    expect(met).toBe(32);
    expect(read.figures.size).toBe(32);
  }

  function expectTable(read: ReadPage, caption: string, table: Record<string, JsonSeries>): void {
    const rows = read.tables.get(caption) ?? [];
    const wanted = Object.entries(table).map(([title, series]) => ({
      title: escapeControls(title.replace(/^(.{150}).+(.{150})$/s, "$1…$2")),
      values: fields.map((field) => written(series[field])),
    }));
    expect(rows).toEqual(wanted);
  }

  interface JsonRequest {
    readonly id: string;
    readonly start: number;
    readonly figures: Readonly<Record<string, number | null>>;
    readonly ledger: readonly { name: string; duration: number; share: number | null }[];
    readonly events: readonly { event: string; at: number }[];
  }

  function expectRequests(read: ReadPage, requests: readonly JsonRequest[]): void {
    const wanted = requests.map(({ start, figures }) => ({
      start: written(start),
      ...Object.fromEntries(
        Object.entries(figures).map(([figure, value]) => [figure, written(value)]),
      ),
    }));
    expect(read.requests.map(({ values }) => values)).toEqual(wanted as never);
    for (const { id, ledger, events } of requests) {
      if (requests.filter((other) => other.id === id).length > 1) continue;
      const captions = [...read.tables.keys()];
      const ledgerRows = read.tables.get(
        captions.find((caption) => caption.startsWith(`Ledger of ${id}:`)) ?? "",
      );
      const rows = ledger.map(({ name, duration, share }) => ({
        title: escapeControls(name),
        values: [null, written(duration), written(share)],
      }));
      expect(ledgerRows ?? []).toEqual(rows);
      const eventRows = read.tables.get(`Events of ${id}`) ?? [];
      expect(eventRows.map(({ title, values }) => [title, values[1]])).toEqual(
        events.map(({ event, at }) => [escapeControls(event), written(at)]),
      );
    }
  }

  interface JsonSession {
    readonly id: string;
    readonly turns: readonly Readonly<Record<string, number | null>>[];
  }

  function expectTurns(read: ReadPage, sessions: readonly JsonSession[]): void {
    for (const { id, turns } of sessions) {
      const rows = read.tables.get(`Turns of ${id}`) ?? [];
      const wanted = turns.map((turn) => [
        written(turn["total"] ?? null),
        written(turn["voice_to_voice"] ?? null),
        written(turn["llm"] ?? null),
        written(turn["prompt_tokens"] ?? null),
        written(turn["evaluated_tokens"] ?? null),
      ]);
      expect(rows.map(({ values }) => values.slice(1, 6))).toEqual(wanted);
    }
    expect(sessions.length).toBeGreaterThan(0);
  }
});

describe("where the page goes", () => {
  const log = join(fixtures, "readme-sample.log");
  const doctype = "<!doctype html>\n";

  test("a new file, for those who may read the log; its size is said on stderr", async () => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await run(["report", log, "-o", "page.html"], {
      cwd: folder.path,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^Wrote page\.html, \d+\.\d KB\n$/);
    const path = join(folder.path, "page.html");
    expect(readFileSync(path, "utf8")).toStartWith(doctype);
    expect(statSync(path).mode & 0o777 & ~0o640).toBe(0);
    expect(readdirSync(folder.path)).toEqual(["page.html"]);
  });

  test("an older page or an empty file, whose mode stays, also through a link", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "page.html");
    writeFileSync(path, "<!DOCTYPE html><p>old");
    chmodSync(path, 0o604);
    symlinkSync("page.html", join(folder.path, "link.html"));
    const first = await run(["report", log, "--output", "link.html", "--quiet"], {
      cwd: folder.path,
    });
    expect(first).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(path, "utf8")).toStartWith(doctype);
    expect(statSync(path).mode & 0o777).toBe(0o604);
    expect(readdirSync(folder.path).sort()).toEqual(["link.html", "page.html"]);
    writeFileSync(path, "");
    expect((await run(["report", log, "-o", path, "--quiet"])).code).toBe(0);
    expect(readFileSync(path, "utf8")).toStartWith(doctype);
  });

  const refusals: readonly (readonly [name: string, args: string[], code: number, why: string])[] =
    [
      [
        "no place",
        [],
        2,
        "Cannot write the page without a place for it: name one with -o FILE.html",
      ],
      ["nothing behind -o", ["-o"], 2, "Cannot use -o without a value: write -o FILE"],
      ["a name of a log", ["-o", "other.log"], 2, 'to "other.log": that is where a log belongs'],
      ["an archive's name", ["-o", "a.log.gz"], 2, 'to "a.log.gz": that is where a log belongs'],
      [
        "the log itself",
        ["voice", "-o", "./voice"],
        2,
        'to "./voice": that is where a log belongs',
      ],
      ["the usual log", [log, "--log", "voice", "-o", "voice"], 2, "that is where a log belongs"],
      [
        "something else",
        ["-o", "notes.txt"],
        2,
        'to "notes.txt": it is there already, and no page',
      ],
      ["a device", ["-o", "/dev/null"], 2, 'to "/dev/null": it is there already, and no page'],
      ["a folder", ["-o", "folder"], 2, 'to "folder": it is there already, and no page'],
      [
        "a folder that is not there",
        ["-o", "none/p.html"],
        5,
        "none/p.html: no such file or directory",
      ],
      [
        "stdout and the browser",
        ["-o", "-", "--open"],
        2,
        "Cannot open what goes to standard output",
      ],
      [
        "a port that is none",
        ["--serve", "70000"],
        2,
        'Cannot use "70000" for --serve: write a port',
      ],
      [
        "a file for a port",
        ["--serve", "a.log"],
        2,
        "write a port up to 65535, as in --serve 8080 FILE",
      ],
      [
        "served and written",
        ["-o", "p.html", "--serve"],
        2,
        "Cannot use --serve and --output together",
      ],
      [
        "several logs served",
        ["a", "b", "--serve"],
        2,
        "--serve follows one log, so name one FILE",
      ],
      ["standard input served", ["-", "--serve"], 2, "--serve follows one log, so name one FILE"],
      [
        "a folder served",
        ["folder", "--serve"],
        2,
        "--serve follows one log, and this is a folder",
      ],
      ["a gap that is none", ["-o", "p.html", "--gap", "x"], 2, 'Cannot use "x" for --gap'],
      ["another format", ["-o", "p.html", "--format", "json"], 2, "it is one of html"],
    ];

  test.each(refusals)(
    "%s: nothing is written, and a way out is said",
    async (_, args, code, why) => {
      using folder = temporaryFolder();
      writeFileSync(join(folder.path, "voice"), "");
      writeFileSync(join(folder.path, "notes.txt"), "my notes\n");
      mkdirSync(join(folder.path, "folder"));
      const env = { TIMMY_LATENCY_LOG: log };
      const result = await run(["report", ...args], { cwd: folder.path, env });
      expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: "" });
      expect(result.stderr).toStartWith("timmy-latency: Cannot ");
      expect(result.stderr).toContain(why);
      expect(readdirSync(folder.path).sort()).toEqual(["folder", "notes.txt", "voice"]);
      expect(readFileSync(join(folder.path, "notes.txt"), "utf8")).toBe("my notes\n");
    },
  );

  test("are refused in so many ways", () => {
    expect(refusals.length).toBe(19);
  });

  test("nowhere, if there is nothing to tell: an older page stays", async () => {
    using folder = temporaryFolder();
    const page = join(folder.path, "page.html");
    writeFileSync(page, "<!doctype html>old");
    const cases: readonly (readonly [args: string[], code: number, why: string])[] = [
      [[], 1, "There is no event yet in the log"],
      [["--log", "none.log"], 5, "no such file or directory"],
      [[log, "--since", "1d"], 1, "No request fits the options given"],
      [[log, "--request", "nobody"], 1, "No request"],
    ];
    for (const [args, code, why] of cases) {
      for (const place of ["page.html", "-"]) {
        const result = await run(["report", ...args, "-o", place], { cwd: folder.path });
        expect({ args, ...result, stderr: "" }).toEqual({ args, code, stdout: "", stderr: "" });
        expect(result.stderr).toContain(why);
      }
    }
    expect(readFileSync(page, "utf8")).toBe("<!doctype html>old");
    expect(cases.length).toBe(4);
  });

  test("a full disk: exit 5, and nothing half is left", async () => {
    const { code, stdout, stderr } = await runShell('timmy report "$1" -o - >/dev/full', [log]);
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toContain("Cannot write to standard output: no space left on the device");
  });

  test("with --max-problems a damaged log still has its page, and exit 4", async () => {
    using folder = temporaryFolder();
    const args = [join(fixtures, "messy.log.gz"), "-o", "page.html", "--max-problems", "3"];
    const { code } = await run(["report", ...args], { cwd: folder.path });
    expect(code).toBe(4);
    expect(existsSync(join(folder.path, "page.html"))).toBe(true);
  });
});

describe("report --open", () => {
  const log = join(fixtures, "readme-sample.log");

  /** A folder whose `xdg-open` is this script. */
  function viewer(folder: string, script: string) {
    const path = join(folder, "xdg-open");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return { cwd: folder, env: { PATH: `${folder}:${process.env["PATH"]}`, TMPDIR: folder } };
  }

  test("shows the file that was written, by its whole path", async () => {
    using folder = temporaryFolder();
    const options = viewer(folder.path, 'printf %s "$1" >"$(dirname "$0")/opened"');
    const { code } = await run(["report", log, "-o", "-p.html", "--open"], options);
    expect(code).toBe(0);
    const opened = readFileSync(join(folder.path, "opened"), "utf8");
    expect(opened).toBe(join(folder.path, "-p.html"));
    expect(existsSync(opened)).toBe(true);
  });

  test("without -o writes among the temporary files", async () => {
    using folder = temporaryFolder();
    const options = viewer(folder.path, 'printf %s "$1" >"$(dirname "$0")/opened"');
    const { code, stderr } = await run(["report", log, "--open"], options);
    expect(code).toBe(0);
    const opened = readFileSync(join(folder.path, "opened"), "utf8");
    expect(opened).toMatch(/\/timmy-latency-page-\w+\/page\.html$/);
    expect(stderr).toContain(`Wrote ${opened}, `);
    expect(readFileSync(opened, "utf8")).toStartWith("<!doctype html>");
  });

  test("says in one sentence why nothing can be shown, and that is no failure", async () => {
    using folder = temporaryFolder();
    const failing = await run(
      ["report", log, "-o", "p.html", "--open", "--quiet"],
      viewer(folder.path, "exit 3"),
    );
    const page = join(folder.path, "p.html");
    expect(failing).toEqual({
      code: 0,
      stdout: "",
      stderr: `timmy-latency: Cannot open ${page} with xdg-open: it ended with status 3\n`,
    });
    const missing = await run(["report", log, "-o", "p.html", "--open", "--quiet"], {
      cwd: folder.path,
      env: { PATH: join(folder.path, "none") },
    });
    expect(missing.code).toBe(0);
    expect(missing.stderr).toEndWith("with xdg-open: there is no such command\n");
  });

  test("does not wait for a browser that stays", async () => {
    using folder = temporaryFolder();
    const { code, stderr } = await run(["report", log, "-o", "p.html", "--open", "--quiet"], {
      ...viewer(folder.path, 'echo $$ >"$(dirname "$0")/pid"; exec sleep 60'),
      patienceMs: 30_000,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // It outlives the run that started it; a null signal only asks.
    const pid = Number(readFileSync(join(folder.path, "pid"), "utf8"));
    expect(process.kill(pid, 0)).toBe(true);
    process.kill(pid, "SIGKILL");
  });
});
