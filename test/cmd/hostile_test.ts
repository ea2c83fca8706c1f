import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { type Run, run, runShell, temporaryFolder } from "../support/binary.ts";
import { hideCosts } from "../support/run_costs.ts";
import { describeWithTools } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

describe("a hostile working directory", () => {
  const mark = 'require("node:fs").writeFileSync(process.env.MARKER ?? "/dev/null", "it ran");\n';
  /** What a runtime, a loader or a library may look for where the user stands. */
  const traps: Readonly<Record<string, string>> = {
    ".env": "TIMMY_LATENCY_LOG=trapped.log\nFORCE_COLOR=1\n",
    ".env.local": "TIMMY_LATENCY_LOG=trapped.log\nFORCE_COLOR=1\n",
    ".env.production": "TIMMY_LATENCY_LOG=trapped.log\n",
    "bunfig.toml": 'preload = ["./trap.ts"]\n[test]\npreload = ["./trap.ts"]\n',
    ".bunfig.toml": 'preload = ["./trap.ts"]\n',
    "trap.ts": mark,
    "worker.ts": mark,
    "lib/worker.ts": mark,
    "cmd/main.ts": mark,
    "index.ts": mark,
    "node_modules/citty/index.js": mark,
    "node_modules/consola/index.js": mark,
    "node_modules/consola/core.js": mark,
    "node_modules/ndjson/index.js": mark,
    "node_modules/fastest-levenshtein/index.js": mark,
    "package.json":
      '{"main": "trap.ts", "imports": {"citty": "./trap.ts", "consola": "./trap.ts"}}\n',
    "tsconfig.json":
      '{"compilerOptions": {"paths": {"citty": ["./trap.ts"], "*": ["./trap.ts"]}}}\n',
    "jsconfig.json": '{"compilerOptions": {"paths": {"*": ["./trap.ts"]}}}\n',
    "libc.so.6": "not a library\n",
    "latency.log": "null\n",
    "timmy-latency": "#!/bin/sh\ntouch marker\n",
  };
  const words = [
    ["log", "abc123de", "stt", "stt_x"],
    ["id"],
    ["analyze"],
    ["analyze", "--format", "ndjson", "--verbose"],
    ["export", "--to", "chrome"],
    ["analyse"],
    ["clear", "--dry-run"],
    ["clear", "--yes"],
    ["help"],
    ["--version"],
  ];

  function setTraps(folder: string): void {
    for (const [name, text] of Object.entries(traps)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }

  test("nothing of it runs or is obeyed", async () => {
    using folder = temporaryFolder();
    using home = temporaryFolder();
    setTraps(folder.path);
    const marker = join(folder.path, "marker");
    const env = { HOME: home.path, MARKER: marker };
    for (const args of words) {
      const there = await run(args, { cwd: folder.path, env });
      expect({ args, ran: existsSync(marker) }).toEqual({ args, ran: false });
      if (args.includes("log") || args.includes("id")) continue;
      // The second log is needed: `clear --yes` has emptied the first one.
      const elsewhere = await run(args, { cwd: "/", env });
      if (args.includes("--yes")) continue;
      const shown = ({ stderr, ...rest }: Run) => ({ args, ...rest, stderr: hideCosts(stderr) });
      expect(shown(there)).toEqual(shown(elsewhere));
    }
    expect(existsSync(join(folder.path, "trapped.log"))).toBe(false);
    expect(existsSync(join(home.path, ".local/state/timmy-latency/latency.log"))).toBe(true);
    for (const [name, text] of Object.entries(traps)) {
      expect(readFileSync(join(folder.path, name), "utf8")).toBe(text);
    }
    expect(words).toHaveLength(10);
  });

  describeWithTools("seen by the system", ["strace"], () => {
    test("nothing of it is even opened", async () => {
      using folder = temporaryFolder();
      using home = temporaryFolder();
      setTraps(folder.path);
      const script =
        'strace -f -qq -e trace=open,openat,openat2,execve,readlink,stat,newfstatat,access -o "$HOME/trace" "$TIMMY" "$@" >"$HOME/out" 2>&1; true';
      let opened = 0;
      for (const args of words) {
        await runShell(script, args, { cwd: folder.path, env: { HOME: home.path } });
        const calls = readFileSync(join(home.path, "trace"), "utf8").split("\n");
        opened += calls.filter((call) => call.includes("open")).length;
        const touched = calls.filter(
          (call) => call.includes(folder.path) || /\(AT_FDCWD, "[^/]/.test(call),
        );
        expect({ args, touched }).toEqual({ args, touched: [] });
      }
      expect(opened).toBeGreaterThan(words.length * 5);
    });
  });
});

describe("hostile names", () => {
  const poison: readonly (readonly [name: string, text: string])[] = [
    ["ESC", "\x1b[31mred\x1b[0m"],
    ["a hyperlink, OSC 8", "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\"],
    ["the clipboard, OSC 52", "\x1b]52;c;ZXZpbA==\x07"],
    ["a title, OSC 0", "\x1b]0;evil\x07"],
    ["C1", "\u009b31m\u009d0;evil\u009c"],
    ["bidi", "\u202eevil\u202c\u2066x\u2069\u200f"],
    ["BEL and backspace", "\x07a\b\b\b"],
    ["carriage return", "good\revil"],
    ["newline", "line\nbreak"],
    ["vertical tab, form feed, NUL and DEL", "\v\f\0\x7f"],
    ["line separators", "\u2028\u2029\u0085"],
    ["zero width and byte order mark", "\u200b\u200d\ufeff\u00ad"],
    ["tags", "\u{e0041}\u{e007f}"],
    ["a lone surrogate", "\ud800x"],
  ];

  // What a terminal acts on, or what reorders or hides text; the newline is ours.
  const raw =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

  /** A log that holds the text in every field of healthy, paired, torn and damaged lines. */
  function poisonedLog(text: string): string {
    const names = [
      "stt_transcript_finalized",
      `${text}_start`,
      `${text}_end`,
      text,
      `x${text}_start`,
    ];
    const events = ["a", "b"].flatMap((request) =>
      names.map((name, index) =>
        encodeEvent({
          timestampSeconds: 1764253805 + index,
          requestId: `${text}${request}`,
          service: index === 0 ? "stt" : text,
          name,
          metadata: { session_id: text, [text]: text },
        }),
      ),
    );
    const broken = text.replaceAll("\n", " ").replaceAll("\0", " ");
    return `${events.join("")}{"timestamp": 1, "request_id": "${broken}\n{"${broken}": 1}\n${broken}\n{"timestamp": "${broken}"}\n`;
  }

  const views = [
    [],
    ["--steps"],
    ["--summary", "--steps"],
    ["--tail"],
    ["--verbose"],
    ["--max-problems", "0"],
  ];

  for (const [name, text] of poison) {
    test(`${name} in every field reaches no view, note or error`, async () => {
      using folder = temporaryFolder();
      const file = text.includes("\0") ? "voice.log" : `voice${text.replaceAll("/", "")}.log`;
      writeFileSync(join(folder.path, file), poisonedLog(text));
      const options = { cwd: folder.path };
      const word = text.replaceAll("\0", "");
      const runs = [
        ...(await Promise.all(views.map((view) => run(["analyze", file, ...view], options)))),
        await run(["analyze", file, "--request", `${word}a`], options),
        await run(["analyze", file, "--request", `${word}nothing`], options),
        await run(["analyze", file, "--session", `${word}nothing`], options),
        await run(["analyze", `absent${file}`], options),
        await run(["analyze", "--log", `absent${file}`], options),
        await run(["analyze"], { ...options, env: { TIMMY_LATENCY_LOG: `absent${file}` } }),
        await run(["help"], { ...options, env: { TIMMY_LATENCY_LOG: `absent${file}` } }),
        await run(["clear", "--dry-run", "--log", file], options),
        await run(["clear", "--log", `absent${file}`], options),
        await run(["log", "a", "b", "c", "--log", `${file}/x${word}`], options),
        await run([`x${word}`], options),
        await run(["analyze", `--x${word}`], options),
        await run(["analyze", "--since", `x${word}`], options),
        await run(["analyze", "--format", `x${word}`], options),
        await run(["log", "a", "b", "c", `x${word}`], options),
        await run(["log", "a", "b", "c", "--metadata", `x${word}`], options),
      ];
      for (const { stdout, stderr } of runs) {
        expect(stdout).not.toMatch(raw);
        expect(stderr).not.toMatch(raw);
        expect(stdout.length + stderr.length).toBeGreaterThan(0);
      }
      expect(runs).toHaveLength(22);
      expect(runs.filter(({ stderr }) => stderr.includes("bug"))).toEqual([]);
    });
  }

  test("every poison was met", () => expect(poison).toHaveLength(14));

  test("JSON keeps the names as they are", async () => {
    using folder = temporaryFolder();
    const [, text] = poison[1] ?? ["", ""];
    writeFileSync(join(folder.path, "voice.log"), poisonedLog(text));
    const { stdout } = await run(["analyze", "voice.log", "--format", "json"], {
      cwd: folder.path,
    });
    const { requests } = JSON.parse(stdout);
    expect(requests[0]).toMatchObject({ id: `${text}a`, session: text });
    expect(stdout).not.toMatch(raw);
  });
});

describe("hostile lines", () => {
  test("1 MiB of openings is one problem, and the events around it count", async () => {
    using folder = temporaryFolder();
    const event = (seconds: number) =>
      encodeEvent({
        timestampSeconds: seconds,
        requestId: "a",
        service: "stt",
        name: "x",
        metadata: {},
      });
    const lines = ['{"a":', '{"timestamp"', "[", '{"timestamp": 1, "metadata": {"a":', '"', "\\u"];
    for (const opening of lines) {
      const line = opening.repeat(Math.floor((1024 * 1024) / opening.length));
      const text = `${event(1)}${line}\n${event(2)}`;
      writeFileSync(join(folder.path, "voice.log"), text);
      const { code, stdout } = await run(["analyze", "voice.log", "--format", "json"], {
        cwd: folder.path,
      });
      const { log } = JSON.parse(stdout);
      expect({ opening, code, events: log.events, problems: log.problems.total }).toEqual({
        opening,
        code: 0,
        events: 2,
        problems: 1,
      });
    }
    expect(lines).toHaveLength(6);
  });

  test("numbers that are none, duplicate keys and prototypes pollute nothing", async () => {
    using folder = temporaryFolder();
    const line =
      '{"timestamp": 1764253805, "request_id": "a", "event": "x", "service": 5, "__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "event": "y", "metadata": {"__proto__": {"polluted": 1}, "n": NaN, "i": -Infinity, "big": 1e999}}';
    writeFileSync(join(folder.path, "voice.log"), `${line}\n`);
    const { stdout } = await run(["analyze", "voice.log", "--format", "json"], {
      cwd: folder.path,
    });
    const { requests } = JSON.parse(stdout);
    expect(requests[0].events).toEqual([
      {
        at: 1764253805,
        service: "unknown",
        event: "y",
        metadata: JSON.parse('{"__proto__": {"polluted": 1}, "n": null, "i": null, "big": null}'),
      },
    ]);
  });
});
