import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { XMLValidator } from "fast-xml-parser";
import { encodeEvent } from "../../lib/event/encode.ts";
import { fixtures, run, runShell, temporaryFolder } from "../support/binary.ts";
import { hostileNames } from "../support/check.ts";
import { startSeconds } from "../support/events.ts";

setDefaultTimeout(60_000);

const [before, after] = ["before.log", "after.log"].map((name) => join(fixtures, name)) as [
  string,
  string,
];

describe("check --save", () => {
  test("writes a baseline that gives the verdicts that the log itself gives", async () => {
    using folder = temporaryFolder();
    const options = { cwd: folder.path };
    const saved = await run(["check", after, "--save", "base.json"], options);
    expect(saved).toEqual({
      code: 0,
      stdout: "pass: no limit to keep\n",
      stderr: "Saved the baseline base.json\n",
    });
    expect(readdirSync(folder.path)).toEqual(["base.json"]);
    const judge = async (baseline: string) => {
      const args = ["check", before, "--baseline", baseline, "--budget", "llm.p50<1s"];
      const { code, stdout } = await run([...args, "--format", "json"], options);
      return { code, document: JSON.parse(stdout) };
    };
    const [bySummary, byLog] = [await judge("base.json"), await judge(after)];
    expect([bySummary.code, byLog.code]).toEqual([1, 1]);
    const outline = ({ document }: typeof byLog) =>
      document.verdicts.map(({ name, verdict, finding, details }: Record<string, unknown>) => ({
        name,
        verdict,
        finding,
        details,
      }));
    expect(outline(bySummary)).toEqual(outline(byLog));
    expect(outline(byLog).length).toBeGreaterThan(20);
    expect(bySummary.document.baseline).toMatchObject({ requests: 40, same_machine: true });
    expect(byLog.document.baseline).toMatchObject({ saved_at: null, same_machine: null });
  });

  test("replaces a baseline whole, through a link, and only where the verdict is pass", async () => {
    using folder = temporaryFolder();
    const options = { cwd: folder.path };
    const file = join(folder.path, "base.json");
    writeFileSync(file, "");
    symlinkSync("base.json", join(folder.path, "link.json"));
    expect((await run(["check", after, "--save", "link.json"], options)).code).toBe(0);
    expect(lstatSync(join(folder.path, "link.json")).isSymbolicLink()).toBe(true);
    const old = readFileSync(file, "utf8");
    expect(JSON.parse(old).requests).toBe(40);
    const rolling = ["check", before, "--baseline", "base.json", "--save", "base.json"];
    const refused = await run(rolling, options);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe("Not saved, as the verdict is not pass: base.json\n");
    expect(readFileSync(file, "utf8")).toBe(old);
    const unclear = ["check", before, "--budget", "load.p50<1s", "--save", "base.json"];
    expect((await run(unclear, options)).code).toBe(6);
    expect(readFileSync(file, "utf8")).toBe(old);
    expect((await run(["check", before, "--save", "base.json"], options)).code).toBe(0);
    expect(JSON.parse(readFileSync(file, "utf8")).requests).toBe(48);
    expect(readdirSync(folder.path).sort()).toEqual(["base.json", "link.json"]);
  });

  test("leaves devices, pipes and logs alone", async () => {
    using folder = temporaryFolder();
    const options = { cwd: folder.path };
    const { code, stdout, stderr } = await runShell(
      `mkfifo pipe; cp "$1" voice.log
      for place in /dev/null /dev/stdout pipe voice.log; do timmy check "$1" --save $place; echo $?; done
      ls`,
      [after],
      options,
    );
    expect(code).toBe(0);
    expect(stdout).toBe("2\n2\n2\n2\npipe\nvoice.log\n");
    expect(stderr.match(/it is there already, and no baseline/g)?.length).toBe(4);
    expect(readFileSync(join(folder.path, "voice.log"), "utf8")).toBe(readFileSync(after, "utf8"));
  });
});

test("check reads standard input once, for budgets, the cache and the baseline together", async () => {
  const args = ["--budget", "llm.p50<1s", "--budget", "cache.unknown<1%", "--baseline", after];
  const named = await run(["check", before, ...args, "--format", "json"]);
  const piped = await runShell('log=$1; shift; timmy check - "$@" --format json < "$log"', [
    before,
    ...args,
  ]);
  const withoutFiles = (text: string) => {
    const document = JSON.parse(text);
    return { ...document, log: { ...document.log, files: [] } };
  };
  expect(withoutFiles(piped.stdout)).toEqual(withoutFiles(named.stdout));
  expect([piped.code, named.code]).toEqual([1, 1]);
});

test("check --calibrate finds at most 5 % false alarms over 1 000 splits of a log", async () => {
  const { code, stdout } = await run([
    "check",
    before,
    "--calibrate",
    "--format",
    "json",
    "--quiet",
  ]);
  const { calibration } = JSON.parse(stdout);
  expect([code, calibration.splits, calibration.requests]).toEqual([0, 1000, 48]);
  expect(calibration.rate).toBeLessThanOrEqual(0.05);
  expect(calibration.rate).toBe(calibration.false_alarms / 1000);
});

/** A log of requests whose every name is hostile, each span taking so long. */
function hostileLog(spanMs: number): string {
  const events = Array.from({ length: 20 }, (_, request) =>
    hostileNames.flatMap((name, index) =>
      ["_start", "_end"].map((end, side) => ({
        timestampSeconds: startSeconds + request * 3600 + index * 10 + (side * spanMs) / 1000,
        requestId: `abcd${1000 + request}`,
        service: "stt",
        name: `${name}${end}`,
        metadata: {},
      })),
    ),
  );
  return events
    .flat()
    .map((event) => encodeEvent(event))
    .join("");
}

test("every format stays valid whatever the log calls its events", async () => {
  using folder = temporaryFolder();
  const options = { cwd: folder.path };
  writeFileSync(join(folder.path, "old.log"), hostileLog(100));
  writeFileSync(join(folder.path, "new.log"), hostileLog(300));
  const budgets = ["::error::x|`.p50<1s", "]]>%0A\u001b[31m.p50<1s", "a_b.p50<1ms"];
  const list = ["check", "new.log", "--list", "--format", "json"];
  const names = JSON.parse((await run(list, options)).stdout).names as { expression: string }[];
  const own = names.flatMap(({ expression }) => ["--budget", `${expression}.max<1ms`]);
  const ran = async (format: string) => {
    const args = ["check", "new.log", "--baseline", "old.log", "--budget", "a_b.p50<1ms", ...own];
    const { code, stdout, stderr } = await run([...args, "--format", format, "--quiet"], options);
    expect([code, stderr]).toEqual([1, ""]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for control characters
    const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
    // JSON is for programs, and leaves none of C0 as it is.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for control characters
    expect(stdout).not.toMatch(format === "json" ? /[\u0000-\u0009\u000b-\u001f]/ : steering);
    return stdout;
  };
  expect(XMLValidator.validate(await ran("junit"))).toBe(true);
  const github = (await ran("github")).split("\n");
  expect(github.filter((line) => line.startsWith("::")).length).toBe(10);
  expect(github.length).toBe(12);
  const html = Bun.markdown.html(await ran("markdown"), { tables: true });
  expect(html.match(/<table>/g)?.length).toBe(1);
  const verdicts = JSON.parse(await ran("json")).verdicts as { verdict: string; kind: string }[];
  const failed = verdicts.filter(({ verdict }) => verdict === "fail");
  expect(html.match(/<tr>/g)?.length).toBe(
    1 + verdicts.filter(({ kind, verdict }) => kind === "budget" || verdict !== "pass").length,
  );
  expect(failed.length).toBeGreaterThan(2 * hostileNames.length);
  expect((await ran("text")).split("\n").length).toBeGreaterThan(failed.length);
  for (const budget of budgets.slice(0, 2)) {
    const refused = await run(["check", "new.log", "--budget", budget], options);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^timmy-latency: Cannot use [^\n]*\n$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for control characters
    expect(refused.stderr).not.toMatch(/\u001b/);
  }
});

describe("the README's gate", () => {
  const readme = readFileSync(join(import.meta.dir, "..", "..", "README.md"), "utf8");
  const [, chapter = ""] = /\n## A gate in CI\n([\s\S]*?)\n## /.exec(readme) ?? [];
  const block = (language: string, index = 0) =>
    [...chapter.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))][index]?.[1] ??
    "";

  test("has the output that check prints", async () => {
    const [command = "", ...output] = block("console").trimEnd().split("\n");
    const words = command.replace("$ timmy-latency ", "timmy ");
    expect(words).toContain("check before.log");
    const { code, stdout } = await runShell(`cd "$1"; ${words}`, [fixtures]);
    expect(stdout).toBe(`${output.join("\n")}\n`);
    expect(code).toBe(1);
  });

  test("has a file of budgets that the published schema allows", async () => {
    const { code, stdout } = await run(["check", "--print-schema"]);
    const isValid = new Ajv().compile(JSON.parse(stdout));
    expect([code, isValid(JSON.parse(block("json")))]).toEqual([0, true]);
    expect(isValid({ budgets: [{}] })).toBe(false);
  });

  /** Runs the workflow with a turn of so many milliseconds of llm on either side. */
  async function runWorkflow(folder: string, llmMs: { base: number; head: number }) {
    const workflow = Bun.YAML.parse(block("yaml")) as {
      jobs: { latency: { steps: readonly { name?: string; run?: string }[] } };
    };
    const steps = workflow.jobs.latency.steps.flatMap(({ run: script }) => script ?? []);
    expect(steps.length).toBe(3);
    for (const side of ["base", "head"] as const) {
      mkdirSync(join(folder, side));
      // Stands for the user's own: one turn, at a time of its own, with a scatter.
      const turn = `round=$(cat "$0.count" 2>/dev/null || echo 0); echo $((round + 1)) > "$0.count"
        echo ${side} >> order; at=$((1764253805 + round * 60)); ms=$((${llmMs[side]} + round % 5))
        event() { echo "{\\"timestamp\\": $3, \\"request_id\\": \\"abcd$((1000 + round))\\", \\"service\\": \\"$1\\", \\"event\\": \\"$2\\"}"; }
        { event stt stt_transcript_finalized $at; event v34 v34_ollama_sent $at.1
          event v34 v34_ollama_received $((at + 1)).$ms; event tts tts_audio_playback_start $((at + 2)).5
          event tts tts_audio_playback_complete $((at + 3)); } | timmy-latency log --stdin --quiet\n`;
      writeFileSync(join(folder, side, "play_turn.sh"), turn);
    }
    writeFileSync(join(folder, "head", "measure.sh"), block("sh"));
    writeFileSync(join(folder, "head", "budgets.json"), block("json"));
    const tool = join(folder, "timmy-latency");
    writeFileSync(tool, '#!/bin/sh\nexec "$TIMMY" "$@"\n');
    chmodSync(tool, 0o755);
    const script = `export PATH="$PWD:$PATH" GITHUB_STEP_SUMMARY="$PWD/summary.md"\nset -e\n${steps.join("\n")}`;
    const ran = await runShell(script, [], { cwd: folder });
    const plain = block("sh", 1).trimEnd().split("\n").at(-1) ?? "";
    expect(plain).toStartWith("timmy-latency check");
    const again = await runShell(`PATH="$PWD:$PATH"; ${plain}`, [], { cwd: folder });
    expect(again.code).toBe(ran.code);
    return { ...ran, summary: readFileSync(join(folder, "summary.md"), "utf8") };
  }

  test("passes a head that is no slower than its base, having measured both in turns", async () => {
    using folder = temporaryFolder();
    const { code, stdout, summary } = await runWorkflow(folder.path, { base: 200, head: 200 });
    expect([code, stdout]).toEqual([0, "pass: 8 limits kept\n"]);
    expect(summary).toStartWith("### Latency check: pass: 8 limits kept\n");
    const order = readFileSync(join(folder.path, "order"), "utf8").trim().split("\n");
    expect(order.length).toBe(40);
    expect(order.slice(0, 4)).toEqual(["head", "base", "base", "head"]);
    expect(existsSync(join(folder.path, "base.log"))).toBe(true);
  });

  test("stops a head that is slower", async () => {
    using folder = temporaryFolder();
    const { code, stdout, summary } = await runWorkflow(folder.path, { base: 200, head: 500 });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^::error title=timmy-latency%3A llm vs baseline::median 1\d+ms → 1\d+ms /m,
    );
    expect(summary).toContain("❌ **fail** | `llm vs baseline`");
  });
});
