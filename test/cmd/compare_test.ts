/** The built binary against the sample logs: the questions that `compare` was made for. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures, type RunOptions, run, runShell, temporaryFolder } from "../support/binary.ts";

setDefaultTimeout(60_000);

// biome-ignore lint/suspicious/noExplicitAny: documents are compared field by field
type Json = any;

const before = join(fixtures, "before.log");
const after = join(fixtures, "after.log");

const stagesOf = (found: Json): [string, Json][] =>
  ["figures", "spans", "gaps"].flatMap((table) => Object.entries<Json>(found[table]));

async function json(args: readonly string[], options: RunOptions = {}): Promise<Json> {
  const { stdout, stderr, code } = await run(["compare", "--format", "json", ...args], options);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return JSON.parse(stdout);
}

function reference(name: string): Json {
  return JSON.parse(readFileSync(join(fixtures, `${name}.expected.json`), "utf8"));
}

describe("compare before.log after.log", () => {
  test("has the medians of the reference, and intervals around their differences", async () => {
    const found = await json([before, after]);
    const [one, other] = [reference("before"), reference("after")];
    let compared = 0;
    for (const table of ["figures", "spans", "gaps"]) {
      for (const [name, stage] of Object.entries<Json>(found[table])) {
        const [from, to] = [one[`${table}_ms`][name], other[`${table}_ms`][name]];
        expect(stage.n).toEqual({ before: from.n, after: to.n });
        expect(Math.abs(stage.median.before - from.p50)).toBeLessThan(0.0015);
        expect(Math.abs(stage.median.after - to.p50)).toBeLessThan(0.0015);
        const [low, high] = stage.interval;
        expect(low - 0.003).toBeLessThanOrEqual(to.p50 - from.p50);
        expect(high + 0.003).toBeGreaterThanOrEqual(to.p50 - from.p50);
        compared++;
      }
    }
    expect(compared).toBe(34);
    expect(found.requests).toEqual({ before: 48, after: 40 });
  });

  test("finds the hand-off, memory storage and processing faster, and the llm as it stands", async () => {
    const { figures, spans } = await json([before, after]);
    const faster = [
      figures.processing,
      figures.voice_to_voice,
      spans["hand-off stt→v34"],
      spans["memory storage"],
      spans.llm,
    ];
    expect(faster.map(({ verdict }) => verdict)).toEqual(Array(5).fill("faster"));
    for (const { interval, p_value } of faster) {
      expect(interval[1]).toBeLessThan(0);
      expect(p_value).toBeLessThan(0.05);
    }
    expect(spans.llm.adjusted).toBeNull();
  });

  test("finds the llm the same once the prompts are held constant, and says so", async () => {
    const { spans, figures, held_constant, not_held_constant } = await json([
      before,
      after,
      "--adjust",
    ]);
    expect(held_constant.map(({ key }: Json) => key)).toEqual([
      "prompt_tokens_est",
      "eval_count",
      "response_length",
      "num_chunks",
    ]);
    expect(not_held_constant).toEqual([]);
    expect([spans.llm.verdict, spans.llm.adjusted.verdict]).toEqual(["faster", "same"]);
    const { workload, unadjusted } = spans.llm.adjusted;
    expect(workload / unadjusted).toBeGreaterThan(0.95);
    expect(figures.processing.adjusted.verdict).toBe("faster");
    // What is over before the prompt exists cannot depend on it.
    expect(spans["hand-off stt→v34"]).toMatchObject({ verdict: "faster", adjusted: null });
    expect(spans["memory storage"]).toMatchObject({ verdict: "faster", adjusted: null });
    for (const format of ["text", "markdown"]) {
      const { stdout } = await run(["compare", before, after, "--adjust", "--format", format]);
      expect(stdout).toMatch(
        /llm`?: faster as it stands, same with the workload held constant; of the −416ms the workload makes −414ms/,
      );
    }
  });

  test("is the same to the last byte in every run and in every zone", async () => {
    const args = ["compare", before, after, "--adjust"];
    const [one, other] = [await run(args), await run(args, { env: { TZ: "Asia/Kolkata" } })];
    expect(one.stdout).toBe(other.stdout);
    expect(one.stdout.length).toBeGreaterThan(2_000);
  });
});

test("the README's sample is what compare prints", async () => {
  const readme = readFileSync(join(import.meta.dir, "..", "..", "README.md"), "utf8");
  const [, sample = ""] = /\$ timmy-latency compare before[^\n]*\n([\s\S]*?)```/.exec(readme) ?? [];
  const { stdout } = await run(["compare", before, after, "--adjust"]);
  const shown = sample.split("\n").filter((line) => line.trim() !== "" && line.trim() !== "…");
  const printed = new Set(stdout.split("\n"));
  expect(shown.filter((line) => !printed.has(line))).toEqual([]);
  expect(shown.length).toBe(7);
});

test("compare after.log after.log finds everything the same, adjusted or not", async () => {
  const stages = stagesOf(await json([after, after, "--adjust"]));
  expect(stages.length).toBe(34);
  for (const [name, { verdict, difference, adjusted }] of stages) {
    expect({ name, verdict, difference }).toEqual({ name, verdict: "same", difference: 0 });
    expect(adjusted?.verdict ?? "same").toBe("same");
  }
  expect(stages.filter(([, { adjusted }]) => adjusted !== null).length).toBeGreaterThan(10);
});

test("five requests tell nothing, whatever they are", async () => {
  for (const side of [after, before]) {
    const stages = stagesOf(await json([before, side, "--tail", "5"]));
    expect(stages.length).toBeGreaterThan(25);
    for (const [name, { verdict, need_more }] of stages) {
      expect({ name, verdict }).toEqual({ name, verdict: "cannot tell" });
      expect(need_more).toBeGreaterThanOrEqual(1);
    }
  }
});

describe("the two sides", () => {
  test("may be folders, globs, archives, and standard input for one of them", async () => {
    const expected = stagesOf(await json([before, after]));
    using folder = temporaryFolder();
    const lines = readFileSync(before, "utf8").split("\n");
    for (const part of ["stt", "v34", "tts"]) {
      const own = lines.filter((line) => line.includes(`"service": "${part}"`));
      writeFileSync(join(folder.path, `old-${part}.log`), `${own.join("\n")}\n`);
    }
    const zipped = Bun.gzipSync(readFileSync(after));
    await Bun.write(join(folder.path, "packed", "new.log.gz"), zipped);
    const options = { cwd: folder.path };
    expect(stagesOf(await json(["old-*.log", "packed"], options))).toEqual(expected);
    const piped = { ...options, stdin: lines.join("\n") };
    expect(stagesOf(await json(["-", after], piped))).toEqual(expected);
  });

  test("may be two stretches of one log, which is read once", async () => {
    using folder = temporaryFolder();
    const both = join(folder.path, "both.log");
    writeFileSync(both, readFileSync(before, "utf8") + readFileSync(after, "utf8"));
    const expected = await json([before, after]);
    const found = await json([both, "--before", "..1764300000", "--after", "1764300000.."]);
    expect(stagesOf(found)).toEqual(stagesOf(expected));
    expect(found.logs.before).toEqual(found.logs.after);
    const piped = await json(["-", "--before", "..1764300000", "--after", "1764300000.."], {
      stdin: readFileSync(both, "utf8"),
    });
    expect(stagesOf(piped)).toEqual(stagesOf(expected));
    const usual = await json(
      ["--before", "2025-11-27T00:00..2025-11-28T00:00", "--after", "2025-11-28T00:00.."],
      { env: { TIMMY_LATENCY_LOG: both } },
    );
    expect(stagesOf(usual)).toEqual(stagesOf(expected));
  });

  test("go through the options that choose requests, each by itself", async () => {
    const found = await json([before, after, "--tail", "30", "--service", "tts"]);
    expect(found.requests).toEqual({ before: 30, after: 30 });
  });

  test("that overlap are compared with a note", async () => {
    const args = ["compare", before, "--before", "..1764254000", "--after", "1764253900.."];
    const { stderr, code } = await run(args);
    expect({ stderr, code }).toEqual({
      stderr: "The two times overlap: requests of both make a change look smaller\n",
      code: 0,
    });
    expect((await run([...args, "--quiet"])).stderr).toBe("");
  });
});

describe("--fail-on slower", () => {
  const gate = (...args: string[]) => run(["compare", "--fail-on", "slower", ...args]);

  test("is 1 if a stage is slower, and 0 if none is", async () => {
    expect((await gate(after, before)).code).toBe(1);
    expect((await gate(before, after)).code).toBe(0);
    expect((await gate(after, after)).code).toBe(0);
    expect((await run(["compare", after, before])).code).toBe(0);
  });

  test("is 6 if nothing can be told, and if there is nothing", async () => {
    expect((await gate(after, before, "--tail", "5")).code).toBe(6);
    expect((await gate("/dev/null", "/dev/null")).code).toBe(6);
    expect((await gate("/dev/null", before)).code).toBe(6);
    expect((await run(["compare", "/dev/null", before])).code).toBe(1);
  });

  test("goes by the verdict with the workload held constant, where there is one", async () => {
    using folder = temporaryFolder();
    const [short, long] = ["short.log", "long.log"].map((name) => join(folder.path, name));
    // Only the llm, and only its prompts, differ.
    const line = (at: number, id: string, event: string, metadata: string) =>
      `{"timestamp": ${at}, "iso_time": "", "request_id": "${id}", "service": "v34", "event": "${event}", "metadata": ${metadata}}\n`;
    for (const [path, tokens] of [
      [short, 600],
      [long, 1800],
    ] as const) {
      let text = "";
      for (let turn = 0; turn < 40; turn++) {
        const at = 1764253805 + 60 * turn;
        const own = tokens + 400 * ((turn * 0.618) % 1);
        const llm = 0.0005 * own + 0.02 * ((turn * 0.382) % 1);
        text += line(at, `id${turn}`, "v34_prompt_built", `{"prompt_tokens_est": ${own}}`);
        text += line(at + 0.001, `id${turn}`, "v34_ollama_sent", "{}");
        text += line(at + 0.001 + llm, `id${turn}`, "v34_ollama_received", "{}");
      }
      writeFileSync(path ?? "", text);
    }
    expect((await gate(short ?? "", long ?? "")).code).toBe(1);
    expect((await gate(short ?? "", long ?? "", "--adjust")).code).toBe(0);
  });

  test("is weaker than damage", async () => {
    const messy = join(fixtures, "messy.log.gz");
    const { code } = await gate(messy, messy, "--max-problems", "1", "--quiet");
    expect(code).toBe(4);
  });
});

test("a reader that goes away, and a full disk, are what they are for every word", async () => {
  const words = [before, after];
  const gone = await runShell('timmy compare "$1" "$2" | head -1', words);
  expect(gone).toMatchObject({ code: 0, stderr: "" });
  const full = await runShell('timmy compare "$1" "$2" > /dev/full', words);
  expect(full.code).toBe(5);
  expect(full.stderr).toContain("no space left on the device");
});
