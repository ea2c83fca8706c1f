import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { binary, temporaryFolder } from "../../support/binary.ts";
import { ambiguousValues, hostileTexts } from "../../support/hostile_values.ts";
import { describeWithTools } from "../../support/tools.ts";
import { decodeLines, installWriter, runProgram, writerFiles } from "../../support/writers.ts";

const missingBinary = "/nonexistent/timmy-latency";

for (const shell of ["bash", "zsh"] as const) {
  describeWithTools(`the ${shell} writer`, [shell], () => {
    let holder: ReturnType<typeof temporaryFolder>;
    let folder: string;
    let log: string;

    beforeEach(() => {
      holder = temporaryFolder();
      folder = holder.path;
      log = installWriter(folder, shell);
    });
    afterEach(() => holder[Symbol.dispose]());

    /** Makes the empty log, so that no line is the first one. */
    function makeLog(): void {
      mkdirSync(dirname(log), { recursive: true });
      writeFileSync(log, "");
    }

    /** Runs a script that has the writer at hand, its arguments as they are. */
    function script(
      text: string,
      args: readonly string[] = [],
      env: Readonly<Record<string, string>> = {},
    ) {
      const file = writerFiles[shell];
      const start = shell === "bash" ? ["--noprofile", "--norc"] : ["-f"];
      return runProgram(
        [shell, ...start, "-c", `source ./${file}\n${text}`, shell, ...args],
        folder,
        env,
      );
    }

    /** The line that the executable writes for the same event at the same moment. */
    async function lineOfBinary(
      args: readonly string[],
      at: string,
      env: Readonly<Record<string, string>> = {},
    ): Promise<string> {
      const path = join(folder, "binary.log");
      rmSync(path, { force: true });
      const meta = args.slice(3).map((pair) => `--meta=${pair}`);
      const run = await runProgram(
        [binary, "log", "--log", path, "--at", at, ...meta, "--", ...args.slice(0, 3)],
        folder,
        env,
      );
      expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
      return readFileSync(path, "utf8");
    }

    /** Logs one event with the writer and expects the executable's line, byte for byte. */
    async function expectSameLine(
      args: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<string> {
      makeLog();
      const run = await script('timmy_log "$@"', args, env);
      expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
      const line = readFileSync(log, "utf8");
      const at = /^\{"timestamp": (\d+\.\d{6}), /.exec(line)?.[1] ?? "none";
      expect(line).toBe(await lineOfBinary(args, at, env));
      return line;
    }

    test("is a script without mistakes of syntax", async () => {
      const run = await runProgram([shell, "-n", writerFiles[shell]], folder);
      expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
    });

    for (const locale of ["C", "C.UTF-8"]) {
      test(`writes hostile text as the executable does (${locale})`, async () => {
        let cases = 0;
        for (const text of hostileTexts) {
          await expectSameLine(["b9daa2eb", "stt", "event", `text=${text}`], { LC_ALL: locale });
          cases++;
        }
        for (const text of hostileTexts.filter(({ length }) => length < 400)) {
          await expectSameLine([text, text, text, `k${text.replaceAll("=", "")}=1`], {
            LC_ALL: locale,
          });
          cases++;
        }
        expect(cases).toBe(33 + 29);
        expect(existsSync(join(folder, "pwned"))).toBe(false);
      }, 60_000);
    }

    test("types values as the executable does", async () => {
      let cases = 0;
      for (const value of ambiguousValues) {
        await expectSameLine(["b9daa2eb", "stt", "event", `value=${value}`, `session_id=${value}`]);
        cases++;
      }
      expect(cases).toBe(81);
    }, 60_000);

    test("writes any number of members, the last of a name winning", async () => {
      await expectSameLine(["b9daa2eb", "stt", "event"]);
      await expectSameLine(["b9daa2eb", "stt", "event", "a=1", "b=x", "c=null", "d=-2.5"]);
      const line = await expectSameLine(["b9daa2eb", "stt", "event", "a=1", "b=2", "a=3"]);
      expect(JSON.parse(line).metadata).toEqual({ a: 3, b: 2 });
    });

    test("writes local time as the executable does", async () => {
      const zones = [
        "UTC",
        "Asia/Kolkata",
        "America/St_Johns",
        "Pacific/Chatham",
        "Africa/Casablanca",
      ];
      for (const TZ of zones) await expectSameLine(["b9daa2eb", "stt", "event"], { TZ });
      expect(zones).toHaveLength(5);
    });

    test("keeps bytes that are no UTF-8 from breaking the line", async () => {
      makeLog();
      const run = await script(String.raw`timmy_log $'\xff\xfe' stt event $'k=a\xc3"\\\x01'`);
      expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
      const [decoded] = decodeLines(readFileSync(log));
      expect(decoded?.events[0]).toMatchObject({
        requestId: "\ufffd\ufffd",
        metadata: { k: 'a\ufffd"\\\u0001' },
      });
    });

    test("stamps the moment of the call", async () => {
      makeLog();
      const before = Date.now() / 1000;
      await script("timmy_log b9daa2eb stt event");
      const [decoded] = decodeLines(readFileSync(log));
      const stamp = decoded?.events[0]?.timestampSeconds ?? 0;
      expect(stamp).toBeGreaterThanOrEqual(before - 0.001);
      expect(stamp).toBeLessThanOrEqual(Date.now() / 1000 + 0.001);
    });

    test("prefers $TIMMY_LATENCY_LOG", async () => {
      const other = join(folder, "other.log");
      await script("timmy_log b9daa2eb stt event", [], { TIMMY_LATENCY_LOG: other });
      expect([existsSync(other), existsSync(log)]).toEqual([true, false]);
    });

    test("makes the log 0640 and its folder 0750 with its first line", async () => {
      const run = await script("umask 022; timmy_log b9daa2eb stt event a=1; umask");
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(run.stdout.trim()).toMatch(/^0*22$/);
      expect(decodeLines(readFileSync(log))).toHaveLength(1);
      expect(statSync(log).mode & 0o777).toBe(0o640);
      expect(statSync(dirname(log)).mode & 0o777).toBe(0o750);
    });

    const habits: Readonly<Record<string, string>> = {
      strict: "set -eu -o pipefail",
      "no clobber": "set -C",
      "a narrow IFS": "IFS=$'\\n\\t'",
      "readonly names": "readonly log=1 line=1 now=1 key=1 value=1 members=1 id=1 second=1 raw=1",
      "an error trap":
        shell === "bash"
          ? "set -E; trap 'echo trapped' ERR"
          : "TRAPZERR() { echo trapped }; setopt err_return",
      globs:
        shell === "bash" ? "shopt -s nullglob failglob extglob" : "setopt null_glob ksh_arrays",
      "no letter case": shell === "bash" ? "shopt -s nocasematch" : "setopt no_case_match",
      "foreign rules": shell === "bash" ? "set -o posix" : "emulate sh",
      "no globs": "set -f",
    };
    test("heeds no habit of its caller, and leaves them alone", async () => {
      let cases = 0;
      for (const [name, habit] of Object.entries(habits)) {
        makeLog();
        const calls =
          'timmy_log "$@"\n( timmy_log "$@" )\n: "$(timmy_log "$@")"\ntimmy_id >/dev/null';
        const args = ["b9daa2eb", "stt", "event", "a=1", "b=TRUE", 'c=" \\ ü', "d=*"];
        const run = await script(`${habit}\n${calls}\ntimmy_id x; echo "after $?"`, args);
        expect({ name, ...run }).toEqual({ name, code: 0, stdout: "after 0\n", stderr: "" });
        const decoded = decodeLines(readFileSync(log));
        expect(decoded).toHaveLength(3);
        for (const { events } of decoded) {
          expect(events[0]?.metadata).toEqual({ a: 1, b: "TRUE", c: '" \\ ü', d: "*" });
        }
        cases++;
      }
      expect(cases).toBe(9);
    });

    test("returns 0 and says a sentence where an event cannot be written", async () => {
      mkdirSync(join(folder, "directory"));
      writeFileSync(join(folder, "file"), "");
      expect((await runProgram(["mkfifo", "fifo"], folder)).code).toBe(0);
      const places = ["directory", "fifo", "file/x.log", "/dev/full"];
      for (const place of places) {
        const path = place.startsWith("/") ? place : join(folder, place);
        const run = await script("set -eu; timmy_log b9daa2eb stt event; echo alive", [], {
          TIMMY_LATENCY_LOG: path,
        });
        expect(run).toMatchObject({ code: 0, stdout: "alive\n" });
        expect(run.stderr).toMatch(/^timmy-latency: Cannot write to the log .*\n$/);
      }
      expect(places).toHaveLength(4);
    });

    test("returns 0 and says a sentence about a wrong call", async () => {
      makeLog();
      const run = await script(`set -eu
        timmy_log; timmy_log a; timmy_log a b ''; timmy_log a b
        timmy_log a b c nonsense '=x' 5
        timmy_id 'a[$(touch pwned)]'; echo alive`);
      expect(run).toMatchObject({ code: 0, stdout: "alive\n" });
      expect(
        run.stderr.split("\n").map((line) => line.replaceAll(/\$?'([^']*)'/g, "'$1'")),
      ).toEqual([
        "timmy_log: cannot log without ID, SERVICE and EVENT",
        "timmy_log: cannot use 'nonsense' as metadata: write key=value",
        "timmy_log: cannot use '=x' as metadata: write key=value",
        "timmy_log: cannot use '5' as metadata: write key=value",
        "timmy_log: cannot put an id into 'a[$(touch pwned)]': no name of a variable",
        "",
      ]);
      expect(decodeLines(readFileSync(log)).map(({ events }) => events[0]?.metadata)).toEqual([{}]);
      expect(existsSync(join(folder, "pwned"))).toBe(false);
    });

    test("gives what is unusual to the executable, and nothing else", async () => {
      const stub = join(folder, "stub");
      writeFileSync(
        stub,
        `#!/bin/sh\nprintf '<%s>' "$@" >>'${folder}/calls'\necho >>'${folder}/calls'\n`,
      );
      chmodSync(stub, 0o755);
      installWriter(folder, shell, stub);
      makeLog();
      const long = "x".repeat(shell === "bash" ? 1000 : 8000);
      const umlauts = "ü".repeat(shell === "bash" ? 450 : 4000);
      const fits = "x".repeat(shell === "bash" ? 800 : 7800);
      const calls: readonly (readonly string[])[] = [
        [`text=${long}`],
        [`text=${umlauts}`, 'other=a "b"'],
        ["number=1e+21"],
        ["a=1", "a=2"],
        [`text=${fits}`],
        ["a=1", "b=text", "c=1.5", "d=true", "e=2025-11-27", "f=größe"],
      ];
      for (const call of calls) {
        const args = ["id", "stt", "event", ...call];
        const run = await script('timmy_log "$@"', args, { LC_ALL: "C.UTF-8" });
        expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
      }
      const meta = (call: readonly string[]) => call.map((pair) => `<--meta=${pair}>`).join("");
      const seen = readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
      expect(seen.map((line) => line.replace(/<\d+\.\d{6}>/, "<T>"))).toEqual(
        calls
          .slice(0, 4)
          .map((call) => `<log><--log><${log}><--at><T>${meta(call)}<--><id><stt><event>`),
      );
      expect(decodeLines(readFileSync(log))).toHaveLength(2);
    });

    test("does what it can where the executable is missing", async () => {
      installWriter(folder, shell, missingBinary);
      const run = await script(
        `set -eu; timmy_log id stt first; timmy_log id stt second "text=$1"
         timmy_log id stt third number=1e+21; timmy_log id stt fourth a=1; echo alive`,
        ["x".repeat(9000)],
        { PATH: "/usr/bin:/bin" },
      );
      expect(run).toMatchObject({ code: 0, stdout: "alive\n" });
      expect(run.stderr).toMatch(/^timmy_log: cannot find the executable [^\n]*\n$/);
      const events = decodeLines(readFileSync(log)).map(({ events: [event] }) => event);
      expect(events.map((event) => event?.name)).toEqual(["first", "second", "third", "fourth"]);
      expect(events[2]?.metadata).toEqual({ number: "1e+21" });
      expect(statSync(log).mode & 0o777).toBe(0o640);
      expect(statSync(dirname(log)).mode & 0o777).toBe(0o750);
    });

    test("finds the executable on PATH when it was moved", async () => {
      installWriter(folder, shell, missingBinary);
      const run = await script("timmy_log id stt event number=1e+21", [], {
        PATH: `${dirname(binary)}:/usr/bin:/bin`,
      });
      expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(JSON.parse(readFileSync(log, "utf8")).metadata).toEqual({ number: 1e21 });
    });

    test("makes ids of 8 hex digits, another each time, in subshells too", async () => {
      const run = await script(`for n in 1 2 3 4 5 6 7 8 9 10; do
        timmy_id; timmy_id x; echo "$x"; ( timmy_id ); ( timmy_id ); echo "$(timmy_id)"; done`);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      const ids = run.stdout.trimEnd().split("\n");
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}$/);
      expect([ids.length, new Set(ids).size]).toEqual([50, 50]);
    });

    test("leaves nothing behind but its functions and its settings", async () => {
      makeLog();
      const list = shell === "bash" ? "compgen -v" : "print -l $parameters[(I)*]";
      const run = await script(`${list} >before; timmy_id id; unset id
        timmy_log id stt event a=1 "b= ü\\"" ; timmy_log; ${list} >after`);
      expect(run.code).toBe(0);
      const names = (file: string) => readFileSync(join(folder, file), "utf8").split("\n").sort();
      const before = new Set(names("before"));
      expect(before.size).toBeGreaterThan(20);
      const shellsOwn = new Set(["PIPESTATUS", "FUNCNAME", "_", "BASH_REMATCH", "LINENO"]);
      const added = names("after").filter((name) => !before.has(name) && !shellsOwn.has(name));
      expect(added).toEqual([]);
      expect(readdirSync(folder).sort()).toEqual(["after", "before", "state", writerFiles[shell]]);
    });

    describeWithTools("counting processes", ["strace"], () => {
      test("starts none", async () => {
        makeLog();
        const count = async (events: number) => {
          const text = `source ./${writerFiles[shell]}
            for ((n = 0; n < ${events}; n++)); do
              timmy_id id; timmy_log "$id" stt event a=1 b=x "c=\\" ü" d=1.5
            done`;
          const calls = "trace=clone,clone3,fork,vfork,execve";
          const trace = join(folder, "trace");
          const args = ["-f", "-e", calls, "-o", trace, shell, "-c", text];
          expect(await runProgram(["strace", ...args], folder)).toMatchObject({ code: 0 });
          const lines = readFileSync(trace, "utf8").split("\n");
          return lines.filter((line) => /\b(clone3?|v?fork|execve)\(/.test(line)).length;
        };
        expect(await count(50)).toBe(await count(0));
        expect(decodeLines(readFileSync(log))).toHaveLength(50);
      });
    });
  });
}

// A locale with a decimal comma, compiled for the test: few machines have one ready.
const germanSource = "/usr/share/i18n/locales/de_DE";
const hasGerman = existsSync(germanSource);
const reason = hasGerman ? "" : `NOT RUN: ${germanSource} is missing (package locales): `;

describeWithTools("writers in a locale with a decimal comma", ["localedef", "zsh"], () => {
  test.skipIf(!hasGerman)(`${reason}write points`, async () => {
    using holder = temporaryFolder();
    const { path } = holder;
    const german = ["-i", "de_DE", "-f", "UTF-8", join(path, "de_DE.UTF-8")];
    expect(await runProgram(["localedef", ...german], path)).toMatchObject({ code: 0 });
    for (const shell of ["bash", "zsh"] as const) {
      const log = installWriter(path, shell);
      mkdirSync(dirname(log), { recursive: true });
      writeFileSync(log, "");
      const text = `source ./${writerFiles[shell]}; zmodload zsh/datetime 2>/dev/null
        timmy_log id stt event a=1.5 b=größe; timmy_log id stt event number=1e+21
        printf '%.1f' 1`;
      const env = { LOCPATH: path, LC_ALL: "de_DE.UTF-8" };
      const run = await runProgram([shell, "-c", text], path, env);
      expect(run).toEqual({ code: 0, stdout: "1,0", stderr: "" });
      const events = decodeLines(readFileSync(log)).map(({ events: [event] }) => event);
      expect(events.map((event) => event?.metadata)).toEqual([
        { a: 1.5, b: "größe" },
        { number: 1e21 },
      ]);
    }
  });
});

describe("the bash writer's clock", () => {
  test("reads a comma as a point, as locales write either", async () => {
    using holder = temporaryFolder();
    const log = installWriter(holder.path, "bash");
    mkdirSync(dirname(log), { recursive: true });
    writeFileSync(log, "");
    const text = `source ./${writerFiles.bash}
      unset EPOCHREALTIME; EPOCHREALTIME=1764253805,252635
      timmy_log b9daa2eb stt event
      timmy_log b9daa2eb stt event number=1e+21`;
    const run = await runProgram(["bash", "-c", text], holder.path);
    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
    const lines = readFileSync(log, "utf8").split("\n");
    const head = '{"timestamp": 1764253805.252635, "iso_time": "2025-11-27T14:30:05.252635", ';
    expect(lines.map((line) => line.slice(0, head.length))).toEqual([head, head, ""]);
  });

  test("is the executable's where bash has none", async () => {
    using holder = temporaryFolder();
    const log = installWriter(holder.path, "bash");
    const text = `source ./${writerFiles.bash}; unset EPOCHREALTIME; timmy_log b9daa2eb stt event a=1`;
    const run = await runProgram(["bash", "-c", text], holder.path);
    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(decodeLines(readFileSync(log))[0]?.events[0]?.metadata).toEqual({ a: 1 });
  });
});
