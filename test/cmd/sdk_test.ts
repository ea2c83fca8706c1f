import { expect, test } from "bun:test";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderWriter, writerLanguages } from "../../lib/sdk/writers.ts";
import packageJson from "../../package.json" with { type: "json" };
import { binary, run, temporaryFolder } from "../support/binary.ts";
import { describeWithTools } from "../support/tools.ts";
import { decodeLines, runProgram, writerFiles } from "../support/writers.ts";

const hostileFolder = 'it\'s a "log" $HOME\\n ü';

test("prints each writer with the log's path, its own and its version inside", async () => {
  using folder = temporaryFolder();
  const log = join(folder.path, hostileFolder, "latency.log");
  for (const language of writerLanguages) {
    const wanted = renderWriter(language, {
      logPath: log,
      binaryPath: realpathSync(binary),
      version: packageJson.version,
    });
    const finished = await run(["sdk", language, "--log", log]);
    expect(finished).toEqual({ code: 0, stdout: wanted, stderr: "" });
    expect(wanted).not.toMatch(/@[A-Z]+@/);
  }
  expect(writerLanguages).toEqual(["bash", "zsh", "python"]);
});

test("resolves the log by the rules of every word, to an absolute path", async () => {
  using folder = temporaryFolder();
  const path = realpathSync(folder.path);
  const pathIn = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const { stdout } = await run(["sdk", "python", ...args], { cwd: path, env });
    return /^_DEFAULT_LOG = "(.*)"$/m.exec(stdout)?.[1];
  };
  const standard = join("timmy-latency", "latency.log");
  expect(await pathIn([], {})).toBe(join(path, ".local/state", standard));
  expect(await pathIn([], { XDG_STATE_HOME: "/x" })).toBe(join("/x", standard));
  expect(await pathIn([], { TIMMY_LATENCY_LOG: "/y/z.log" })).toBe("/y/z.log");
  expect(await pathIn(["--log", "here.log"], {})).toBe(join(path, "here.log"));
});

test("shows in its help the one line that installs each writer", async () => {
  const { code, stdout } = await run(["sdk", "--help"]);
  expect(code).toBe(0);
  for (const language of writerLanguages) {
    expect(stdout).toContain(`\n  timmy-latency sdk ${language} > ${writerFiles[language]}`);
  }
});

test("refuses a language that it does not know, or none, or two", async () => {
  expect(await run(["sdk", "ruby"])).toEqual({
    code: 2,
    stdout: "",
    stderr: 'timmy-latency: Cannot use "ruby" for LANGUAGE: it is one of bash, zsh, python\n',
  });
  expect(await run(["sdk"])).toMatchObject({ code: 2, stdout: "" });
  expect(await run(["sdk", "bash", "zsh"])).toMatchObject({ code: 2, stdout: "" });
});

describeWithTools("writers installed by the lines of the help", ["bash", "zsh", "python3"], () => {
  test("work with a log whose path is hostile", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, hostileFolder, "latency.log");
    const env = { PATH: `${dirname(binary)}:${process.env["PATH"]}` };
    const calls = {
      bash: `timmy-latency --log "$1" sdk bash > timmy_latency.bash && source ./timmy_latency.bash
             timmy_log id stt bash; timmy_log id stt bash`,
      zsh: `timmy-latency --log "$1" sdk zsh > timmy_latency.zsh && source ./timmy_latency.zsh
            timmy_log id stt zsh; timmy_log id stt zsh`,
      python: `timmy-latency --log "$1" sdk python > latency_tracker.py
               python3 -c 'from latency_tracker import *; log_timing("id", "stt", "python")'`,
    };
    for (const [language, text] of Object.entries(calls)) {
      const shell = language === "zsh" ? "zsh" : "bash";
      const finished = await runProgram([shell, "-c", text, shell, log], folder.path, env);
      expect(finished).toEqual({ code: 0, stdout: "", stderr: "" });
    }
    const names = decodeLines(readFileSync(log)).map(({ events: [event] }) => event?.name);
    expect(names).toEqual(["bash", "bash", "zsh", "zsh", "python"]);
  });

  test("keep every line whole, all languages at once", async () => {
    using folder = temporaryFolder();
    const { path } = folder;
    const log = join(path, "latency.log");
    for (const language of writerLanguages) {
      const { stdout } = await run(["sdk", language, "--log", log]);
      writeFileSync(join(path, writerFiles[language]), stdout);
    }
    const tracker = JSON.stringify(join(dirname(binary), "tracker.js"));
    const shellLoop = `for ((n = 0; n < 200; n++)); do
      timmy_log "$1" stt "event_$n" n=$n text="größe \\" $n" pad="$2"
    done`;
    const commands = {
      bash: ["bash", "-c", `source ./timmy_latency.bash; ${shellLoop}`, "bash"],
      zsh: ["zsh", "-fc", `source ./timmy_latency.zsh; ${shellLoop}`, "zsh"],
      python: [
        "python3",
        "-c",
        `import sys; from latency_tracker import *
for n in range(200): log_timing(sys.argv[1], "stt", f"event_{n}", {"n": n, "pad": sys.argv[2]})`,
      ],
      tracker: [
        process.execPath,
        "-e",
        `import { logTiming } from ${tracker};
         const [id, pad] = process.argv.slice(-2);
         for (let n = 0; n < 200; n++) logTiming(id, "stt", "event_" + n, { n, pad });`,
      ],
      binary: [
        "bash",
        "-c",
        `for ((n = 0; n < 20; n++)); do
           "${binary}" log --log "${log}" "$1" stt "event_$n" --meta pad="$2"
         done`,
        "bash",
      ],
    };
    const crowd: readonly (readonly [keyof typeof commands, number])[] = [
      ["bash", 8],
      ["python", 8],
      ["zsh", 4],
      ["tracker", 2],
      ["binary", 2],
    ];
    const runs = crowd.flatMap(([language, count]) =>
      Array.from({ length: count }, (_, index) => {
        const args = [`${language}${index}`, "x".repeat(index * 90)];
        return runProgram([...commands[language], ...args], path, { TIMMY_LATENCY_LOG: log });
      }),
    );
    for (const finished of await Promise.all(runs)) {
      expect(finished).toEqual({ code: 0, stdout: "", stderr: "" });
    }
    const decoded = decodeLines(readFileSync(log));
    const unique = new Set<string>();
    for (const { events, recovered, fault } of decoded) {
      expect([fault, recovered, events.length]).toEqual([null, 0, 1]);
      unique.add(`${events[0]?.requestId} ${events[0]?.name}`);
    }
    const wanted = 22 * 200 + 2 * 20;
    expect([decoded.length, unique.size]).toEqual([wanted, wanted]);
  }, 60_000);
});
