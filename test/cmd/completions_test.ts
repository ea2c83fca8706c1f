import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Argument } from "../../cmd/_command.ts";
import { words } from "../../cmd/_commands.ts";
import { globalOptions, helpArguments } from "../../cmd/_global_options.ts";
import { encodeEvent } from "../../lib/event/encode.ts";
import { completionScripts } from "../../lib/sdk/completions.ts";
import { binary, run, runProgram, temporaryFolder } from "../support/binary.ts";
import { openTmux } from "../support/tmux.ts";
import { describeWithTools } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const commands = await Promise.all(
  [...words].map(async ([name, word]) => ({ name, command: (await word.load()).command })),
);

/** What fits at the end of a line. */
async function fits(
  line: readonly string[],
  cwd = "/",
): Promise<{ kind: string; words: string[] }> {
  const { stdout, stderr, code } = await run(["completions", "--reply", "--", ...line], { cwd });
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  const [kind = "", ...rows] = stdout.trimEnd().split("\n");
  return { kind, words: rows.map((row) => row.split("\t")[0] ?? "") };
}

function optionsOf(table: Readonly<Record<string, Argument>>): string[] {
  return Object.entries(table)
    .filter(([, { type }]) => type !== "positional")
    .map(([name, { default: isOn }]) => (isOn ? `--no-${name}` : `--${name}`));
}

const turn = (requestId: string, at: number, session: string) =>
  encodeEvent({
    timestampSeconds: 1_764_253_805 + at,
    requestId,
    service: "stt",
    name: "stt_transcript_finalized",
    metadata: { session_id: session },
  });

test("completions prints the script of each shell", async () => {
  for (const [shell, script] of completionScripts) {
    expect(await run(["completions", shell])).toEqual({ code: 0, stdout: script, stderr: "" });
  }
  expect([...completionScripts.keys()]).toEqual(["bash", "zsh", "fish"]);
  expect(await run(["completions", "tcsh"])).toMatchObject({ code: 2, stdout: "" });
});

describe("what fits", () => {
  test("as the first argument is every word, and behind help as well", async () => {
    const all = [...words.keys(), "help"];
    expect(await fits([""])).toEqual({ kind: "words", words: all });
    expect(await fits(["--quiet", "--color", "never", ""])).toEqual({ kind: "words", words: all });
    expect((await fits(["help", ""])).words).toEqual(all);
    expect((await fits(["se"])).words).toEqual(["sessions"]);
    expect((await fits(["nonsense", ""])).words).toEqual([]);
  });

  test("behind - is every option: no word's table and no global option is left out", async () => {
    let options = 0;
    for (const { name, command } of commands) {
      const wanted = [...optionsOf(globalOptions), ...optionsOf(command.args)];
      expect([name, (await fits([name, "--"])).words]).toEqual([name, wanted]);
      options += wanted.length;
    }
    expect((await fits(["--"])).words).toEqual(optionsOf(globalOptions));
    expect((await fits(["help", "--m"])).words).toEqual(optionsOf(helpArguments));
    expect(options).toBeGreaterThan(150);
  });

  test("is not what was given, unless it may be given again", async () => {
    expect((await fits(["analyze", "--summary", "--su"])).words).toEqual([]);
    expect((await fits(["log", "--meta", "a=b", "--meta"])).words).toEqual([
      "--meta",
      "--metadata",
    ]);
    expect((await fits(["--quiet", "analyze", "--qu"])).words).toEqual([]);
    expect((await fits(["analyze", "--", "--su"])).kind).toBe("files");
  });

  test("as a value is what the option takes", async () => {
    for (const { name, command } of commands) {
      expect([name, (await fits([name, "--format", ""])).words]).toEqual([
        name,
        [...command.formats],
      ]);
    }
    expect((await fits(["check", "--format=j"])).words).toEqual([
      "--format=json",
      "--format=junit",
    ]);
    expect((await fits(["--color", ""])).words).toEqual(["auto", "always", "never"]);
    expect((await fits(["compare", "--fail-on", ""])).words).toEqual(["slower"]);
    expect((await fits(["rotate", "--compress", "z"])).words).toEqual(["zstd"]);
    expect((await fits(["rotate", "--archive-dir", ""])).kind).toBe("folders");
    expect((await fits(["sdk", ""])).words).toEqual(["bash", "zsh", "python"]);
    expect((await fits(["completions", ""])).words).toEqual([...completionScripts.keys()]);
    // A bare --tail has its number already.
    expect((await fits(["analyze", "--tail", "--su"])).words).toEqual(["--summary"]);
  });

  test("as FILE is a file, and behind the dashes of run a command", async () => {
    for (const name of ["analyze", "sessions", "compare", "check", "doctor"]) {
      expect(await fits([name, ""])).toEqual({ kind: "files", words: [] });
      expect(await fits([name, "a.log", "b"])).toEqual({ kind: "files", words: [] });
    }
    expect((await fits(["analyze", "--log", ""])).kind).toBe("files");
    expect((await fits(["analyze", "--log="])).kind).toBe("files");
    expect((await fits(["run", "id", "tts", "voice", "--", "pi"])).kind).toBe("commands");
    expect(await fits(["clear", ""])).toEqual({ kind: "words", words: [] });
  });

  test("as an id is one of the log that the line names", async () => {
    using folder = temporaryFolder();
    writeFileSync(
      join(folder.path, "a.log"),
      turn("abc123de", 0, "s 1") + turn("abcd0000", 9, "s2"),
    );
    const at = (line: string[]) => fits(line, folder.path);
    const ids = ["abcd0000", "abc123de"];
    expect((await at(["analyze", "--log", "a.log", "--request", ""])).words).toEqual(ids);
    expect((await at(["--log=a.log", "analyze", "--request", "abcd"])).words).toEqual(["abcd0000"]);
    expect((await at(["analyze", "a.log", "--request=abcd"])).words).toEqual([
      "--request=abcd0000",
    ]);
    expect((await at(["sessions", "a.log", "--session", ""])).words).toEqual(["s2", "s 1"]);
    expect((await at(["analyze", "a.log", "--service", ""])).words).toEqual(["stt"]);
    expect((await at(["log", "--log", "a.log", ""])).words).toEqual(ids);
    expect((await at(["log", "--log", "a.log", "x", "stt", ""])).words).toEqual([
      "stt_transcript_finalized",
    ]);
    expect((await at(["analyze", "absent.log", "--request", ""])).words).toEqual([]);
    const env = { TIMMY_LATENCY_LOG: join(folder.path, "a.log") };
    const { stdout } = await run(["completions", "--reply", "--", "analyze", "--request", ""], {
      env,
    });
    expect(stdout).toMatch(/^words\nabcd0000\t\d+d ago\nabc123de\t\d+d ago\n$/);
  });
});

test("an option that takes a file or an id says so", () => {
  let met = 0;
  for (const { name, command } of commands) {
    for (const [option, argument] of Object.entries({ ...globalOptions, ...command.args })) {
      const { valueHint, completes } = argument as Argument;
      if (valueHint !== "FILE" && valueHint !== "DIR" && option !== "file") continue;
      met++;
      expect([name, option, completes]).toEqual([
        name,
        option,
        valueHint === "DIR" ? "folder" : "file",
      ]);
    }
  }
  expect(met).toBeGreaterThan(15);
});

/** Ids that would run a command, or end the line, in a shell that takes them for code. */
const hostileIds = ["$(touch pwned)", "`touch pwned`", "a;touch pwned", 'it\'s "x" \\ *'];

/** A shell on a terminal that has the completions, in a folder with a log. */
const shells = [
  {
    shell: "bash",
    start: "exec bash --norc --noprofile -i",
    ready: 'PS1="> "; source <(timmy-latency completions bash); clear',
  },
  {
    shell: "zsh",
    start: "exec zsh -f -i",
    ready:
      'PS1="> "; autoload -U compinit && compinit -D; source <(timmy-latency completions zsh); clear',
  },
  {
    shell: "fish",
    start: "exec fish --no-config -i",
    ready: "function fish_prompt; echo '> '; end; timmy-latency completions fish | source; clear",
  },
] as const;

for (const { shell, start, ready } of shells) {
  describeWithTools(`completions in ${shell}`, [shell, "tmux"], () => {
    test(`the script passes ${shell} -n`, async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, "script");
      writeFileSync(path, completionScripts.get(shell) ?? "");
      expect(await runProgram([shell, "-n", path])).toEqual({ code: 0, stdout: "", stderr: "" });
    });

    test("TAB completes words, options, values, ids and files", async () => {
      using folder = temporaryFolder();
      using path = temporaryFolder();
      symlinkSync(binary, join(path.path, "timmy-latency"));
      writeFileSync(join(folder.path, "turns.log"), turn("f00dcafe", 0, "s-one"));
      await using tmux = await openTmux(start, {
        columns: 100,
        rows: 24,
        cwd: folder.path,
        env: { PATH: `${path.path}:${process.env["PATH"]}`, TIMMY_LATENCY_LOG: "turns.log" },
      });
      await tmux.keys(ready, "Enter");
      await tmux.until(/^> $|^>$/);
      const typed: [string, string][] = [
        ["timmy-latency sess", "timmy-latency sessions "],
        ["timmy-latency analyze --summ", "timmy-latency analyze --summary "],
        ["timmy-latency check --format mark", "timmy-latency check --format markdown "],
        ["timmy-latency check --format=mark", "timmy-latency check --format=markdown "],
        ["timmy-latency analyze --request f00", "timmy-latency analyze --request f00dcafe "],
        ["timmy-latency sessions --session s-", "timmy-latency sessions --session s-one "],
        ["timmy-latency analyze turn", "timmy-latency analyze turns.log "],
      ];
      for (const [input, wanted] of typed) {
        await tmux.keys(input, "Tab", "X");
        await tmux.until(`${wanted}X`);
        await tmux.keys("C-u");
      }
      expect(typed.length).toBe(7);
    });

    test("an id is data: what it holds is never run", async () => {
      using folder = temporaryFolder();
      using path = temporaryFolder();
      symlinkSync(binary, join(path.path, "timmy-latency"));
      for (const id of hostileIds) {
        writeFileSync(join(folder.path, "turns.log"), turn(`q${id}`, 0, "s"));
        await using tmux = await openTmux(start, {
          columns: 100,
          rows: 24,
          cwd: folder.path,
          env: { PATH: `${path.path}:${process.env["PATH"]}`, TIMMY_LATENCY_LOG: "turns.log" },
        });
        await tmux.keys(ready, "Enter");
        await tmux.until(/^> $|^>$/);
        await tmux.keys(
          "timmy-latency analyze --request q",
          "Tab",
          " --format ndjson > out; echo do''ne",
          "Enter",
        );
        await tmux.until("done");
        const shown = JSON.parse(await Bun.file(join(folder.path, "out")).text());
        expect(shown.id).toBe(`q${id}`);
        expect(await Bun.file(join(folder.path, "pwned")).exists()).toBe(false);
      }
      expect(hostileIds.length).toBe(4);
    });
  });
}
