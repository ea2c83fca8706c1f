import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fixtures, type Run, run, runShell, temporaryFolder } from "../support/binary.ts";
import { hideCosts } from "../support/run_costs.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { describeWithTools } from "../support/tools.ts";
import { writeLog } from "../support/voice_log.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const sample = join(fixtures, "readme-sample.log");
const conversation = join(fixtures, "conversation.log");
const formats = ["text", "json", "ndjson"] as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
const colour = /\x1b\[\d+m/g;

describe("a reader that goes away", () => {
  // Events without end: only a run that stops working ends at all.
  const endless = `awk 'BEGIN { for (i = 0; ; i++) printf "{\\"timestamp\\": %d, \\"request_id\\": \\"id%d\\", \\"service\\": \\"stt\\", \\"event\\": \\"x\\"}\\n", i * 1000, i }'`;

  for (const format of formats) {
    test(`analyze --format ${format} | head -n 1 ends with 0, in silence, and stops the work`, async () => {
      const script = `${endless} | { timmy analyze - --format ${format}; echo "status $?" >&2; } | head -n 1 | wc -l`;
      const ran = await runShell(script);
      expect(ran).toEqual({ code: 0, stdout: "1\n", stderr: "status 0\n" });
    });
  }

  test("what needs one write only ends with 0 as well", async () => {
    const words = ["id", "help", "--version", "analyze --help", `analyze '${sample}'`];
    for (const word of words) {
      const script = `{ sleep 0.1; timmy ${word}; echo "status $?" >&2; } | true`;
      expect({ word, ...(await runShell(script)) }).toEqual({
        word,
        code: 0,
        stdout: "",
        stderr: "status 0\n",
      });
    }
    expect(words).toHaveLength(5);
  });
});

describe("a full disk under stdout", () => {
  test("is exit 5 with a sentence, for every word that prints", async () => {
    using folder = temporaryFolder();
    writeLog(join(folder.path, "large.log"), 400);
    writeLog(join(folder.path, "small.log"), 1);
    const words = [
      "id",
      "help",
      "--version",
      "log --help",
      "clear --dry-run --log small.log",
      "clear --dry-run --log small.log --format json",
      ..."ndjson csv chrome otlp".split(" ").map((target) => `export large.log --to ${target}`),
      ...["small.log", "large.log"].flatMap((name) =>
        formats.map((format) => `analyze ${name} --format ${format}`),
      ),
    ];
    for (const word of words) {
      const ran = await runShell(`timmy ${word} >/dev/full`, [], { cwd: folder.path });
      expect({ word, ...ran }).toEqual({
        word,
        code: 5,
        stdout: "",
        stderr: "timmy-latency: Cannot write to standard output: no space left on the device\n",
      });
    }
    expect(words).toHaveLength(16);
  });
});

describe("a slow pipe", () => {
  /** The document written to a file, for comparison with what came through the pipe. */
  async function through(pipe: string, cwd: string) {
    const command = '"$TIMMY" analyze large.log --format json';
    const script = `${command} >whole; ${pipe.replace("COMMAND", command)} >piped; cmp whole piped && stat -c %s piped`;
    const ran = await runShell(script, [], { cwd });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(Number(ran.stdout)).toBeGreaterThan(10_000_000);
    const { requests } = await Bun.file(join(cwd, "piped")).json();
    return requests.length;
  }

  test("gets all of 10 MB of JSON", async () => {
    using folder = temporaryFolder();
    writeLog(join(folder.path, "large.log"), 7500);
    const pipe =
      "COMMAND | { sleep 0.3; dd bs=64k count=1 iflag=fullblock status=none; sleep 0.3; cat; }";
    expect(await through(pipe, folder.path)).toBe(7500);
  });

  describeWithTools("that does not block", ["perl"], () => {
    test("gets all of 10 MB of JSON", async () => {
      using folder = temporaryFolder();
      writeLog(join(folder.path, "large.log"), 7500);
      const unblock =
        "perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die; exec @ARGV'";
      expect(await through(`${unblock} COMMAND | { sleep 0.3; cat; }`, folder.path)).toBe(7500);
    });
  });
});

describe("stdout is data only", () => {
  const noisy = { CI: "1", DEBUG: "1", TEST: "1", FORCE_COLOR: "1", CONSOLA_LEVEL: "5" };

  test("JSON is the same bytes whatever the environment asks for", async () => {
    for (const format of ["json", "ndjson"]) {
      const args = ["analyze", conversation, "--format", format, "--verbose", "--color", "always"];
      const plain = await run(args);
      const loud = await run(args, { env: noisy });
      const shown = ({ stderr, ...rest }: Run) => ({ ...rest, stderr: hideCosts(stderr) });
      expect(shown(loud)).toEqual(shown(plain));
      expect(plain.stdout.length).toBeGreaterThan(10_000);
      expect(plain.stdout).not.toMatch(colour);
    }
  });

  test("text differs by colours alone", async () => {
    const plain = await run(["analyze", conversation]);
    const loud = await run(["analyze", conversation], { env: noisy });
    expect(loud.stdout).not.toBe(plain.stdout);
    expect(loud.stdout.replaceAll(colour, "")).toBe(plain.stdout);
    expect(loud.stderr).toBe(plain.stderr);
  });

  test("JSON is byte-identical in every zone and locale", async () => {
    using folder = temporaryFolder();
    cpSync(conversation, join(folder.path, "voice.log"));
    const zones = ["UTC", "America/New_York", "Asia/Kolkata"];
    const locales = ["C", "de_DE.UTF-8", "tr_TR.UTF-8"];
    const places = zones.flatMap((TZ) =>
      locales.map((locale) => ({ TZ, LANG: locale, LC_ALL: locale })),
    );
    for (const format of ["json", "ndjson"]) {
      const documents = new Set<string>();
      for (const env of places) {
        const args = ["analyze", "voice.log", "--format", format];
        documents.add((await run(args, { cwd: folder.path, env })).stdout);
      }
      expect(documents.size).toBe(1);
    }
    expect(places).toHaveLength(9);
  });
});

test("over 20 requests on a terminal, a note on stderr points to --tail and --summary", async () => {
  using folder = temporaryFolder();
  writeLog(join(folder.path, "many.log"), 21);
  writeLog(join(folder.path, "few.log"), 20);
  const notes = async (rest: string) => {
    await runOnTerminal(`"$TIMMY" analyze ${rest}`, { cwd: folder.path });
    return await Bun.file(join(folder.path, "notes")).text();
  };
  const note =
    "These were 21 requests; --tail shows the last ones, --summary only what is normal\n";
  expect(await notes("many.log 2>notes")).toBe(note);
  expect(await notes("many.log --quiet 2>notes")).toBe("");
  expect(await notes("many.log --summary 2>notes")).toBe("");
  expect(await notes("many.log --tail 20 2>notes")).toBe("");
  expect(await notes("few.log 2>notes")).toBe("");
  expect(await notes("many.log 2>notes | cat")).toBe("");
});
