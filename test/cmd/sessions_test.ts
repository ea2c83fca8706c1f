import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures, type RunOptions, run, temporaryFolder } from "../support/binary.ts";
import { conversationLog, logStart, type TurnShape } from "../support/conversation.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents are compared field by field
type Json = any;

const sample = (name: string) => join(fixtures, name);

async function json(args: readonly string[], options: RunOptions = {}): Promise<Json> {
  const { stdout, stderr, code } = await run(["sessions", "--format", "json", ...args], options);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return JSON.parse(stdout);
}

/** Runs over a log of these turns. */
async function jsonOf(shapes: readonly TurnShape[], args: readonly string[] = []): Promise<Json> {
  return json([...args, "-"], { stdin: conversationLog(shapes) });
}

/** Fails unless two figures are both absent or closer than `tolerance`. */
function expectNear(found: Json, expected: Json, tolerance: number, what: string): void {
  const isNear =
    expected === null ? found === null : Math.abs((found ?? Number.NaN) - expected) <= tolerance;
  if (!isNear) expect({ what, found }).toEqual({ what, found: expected });
}

describe("the reference figures", () => {
  const names = ["after", "before", "conversation", "kv-cache", "readme-sample"];
  const counts = { sessions: 0, series: 0, turns: 0 };

  test.each(names)("of %s.log are met", async (name) => {
    const expected = JSON.parse(readFileSync(sample(`${name}.expected.json`), "utf8"));
    const found = await json([sample(`${name}.log`)]);
    expectNear(
      found.cold_prefill_ms_per_token,
      expected.cold_prefill_ms_per_token,
      1e-9,
      "cold rate",
    );
    expect(found.sessions.map((session: Json) => session.id)).toEqual(
      Object.keys(expected.sessions),
    );
    for (const session of found.sessions) {
      const reference = expected.sessions[session.id];
      expect(session.requests).toBe(reference.requests);
      for (const [series, wanted] of [
        [session.llm, reference.llm_ms],
        [session.processing, reference.processing_ms],
      ]) {
        for (const key of Object.keys(wanted)) {
          expectNear(series[key], wanted[key], 0.0015, `${session.id} ${key}`);
        }
        counts.series++;
      }
      expectNear(session.correlation.r, reference.pearson_r, 1e-6, "r");
      const slope = session.correlation.ms_per_1000_tokens;
      expectNear(slope, reference.ms_per_1000_tokens, 1e-6, "ms per 1000 tokens");
      expectNear(session.trend.ms_per_turn, reference.trend_ms_per_turn, 1e-6, "trend");
      expect(session.cache).toMatchObject(reference.cache);
      expect(session.turns.map((turn: Json) => turn.cache)).toEqual(reference.verdicts);
      counts.sessions++;
    }
    const turns = new Map(
      found.sessions.flatMap((session: Json) =>
        session.turns.map((turn: Json) => [turn.id, { ...turn, session: session.id }]),
      ),
    );
    expect(turns.size).toBe(expected.per_request.length);
    for (const request of expected.per_request) {
      const turn = turns.get(request.id) as Json;
      expect(turn.cache).toBe(request.cache);
      expect(turn.session).toBe(request.session ?? "unknown");
      expect(turn.prompt_tokens).toBe(request.prompt_tokens);
      for (const key of ["start", "total", "processing", "voice_to_voice", "llm"]) {
        expectNear(turn[key], request[key], 0.0015, `${request.id} ${key}`);
      }
      counts.turns++;
    }
  });

  test("were all compared", () => {
    expect(counts).toEqual({ sessions: 9, series: 18, turns: 145 });
  });
});

describe("the cache verdict", () => {
  test("is a miss for the first turn only, for each of the three counter styles", async () => {
    const { sessions } = await json([sample("kv-cache.log")]);
    const rules = sessions.map((session: Json) => {
      const [first, ...later] = session.turns;
      expect([first.cache, first.cache_rule]).toEqual(["miss", "prefill rate"]);
      for (const turn of later) expect(["hit", "partial"]).toContain(turn.cache);
      return [...new Set(later.map((turn: Json) => turn.cache_rule))];
    });
    expect(rules).toEqual([["prefill rate"], ["new tokens"], ["cached count"]]);
  });

  test("carries the two numbers it was drawn from", async () => {
    const { sessions } = await json([sample("kv-cache.log")]);
    const evidence = sessions.map((session: Json) => session.turns[1].cache_evidence);
    expect(evidence[0].value).toBeCloseTo(34.2 / 643, 9);
    expect(evidence[0].of).toBeCloseTo(0.45, 9);
    expect(evidence.slice(1)).toEqual([
      { value: 62, of: 626 },
      { value: 595, of: 651 },
    ]);
    const evaluated = sessions.map((session: Json) => session.turns[1].evaluated_tokens);
    expect(evaluated).toEqual([643, 62, 56]);
  });

  test("is never a hit where nothing was cached, and unknown where nothing is told", async () => {
    let turns = 0;
    for (const name of ["before.log", "after.log"]) {
      const { sessions } = await json([sample(name)]);
      for (const { cache, requests } of sessions) {
        expect([cache.hit, cache.partial, cache.unknown, cache.miss]).toEqual([0, 0, 0, requests]);
        turns += requests;
      }
    }
    expect(turns).toBe(88);
    const { sessions, cold_prefill_ms_per_token } = await json([sample("readme-sample.log")]);
    expect(sessions[0].turns[0]).toMatchObject({
      cache: "unknown",
      cache_rule: null,
      cache_evidence: null,
    });
    expect(cold_prefill_ms_per_token).toBeNull();
  });

  test("rests on the whole log, whatever is chosen of it", async () => {
    const whole = await json([sample("kv-cache.log")]);
    const [first] = whole.sessions;
    const tail = await json(["--tail", "3", sample("kv-cache.log")]);
    expect(tail.sessions).toHaveLength(1);
    expect(tail.sessions[0].requests).toBe(3);
    expect(tail.sessions[0].turns).toEqual(whole.sessions[2].turns.slice(-3));
    const one = await json(["--session", first.id, sample("kv-cache.log")]);
    expect(one.sessions).toEqual([first]);
    const since = String(first.turns[5].start);
    const cut = await json(["--since", since, "--session", first.id, sample("kv-cache.log")]);
    expect(cut.sessions[0].turns).toEqual(first.turns.slice(5));
    expect(cut.sessions[0].cache).toMatchObject({ hit: 15, partial: 0, miss: 0, unknown: 0 });
  });

  test("does not take a first turn for cold that was handed a cached context", async () => {
    const turn = { estimate: 600, count: 600, prefillMs: 30 };
    const shapes = [0, 1, 2].map((index) => ({
      ...turn,
      id: `r${index}`,
      at: index * 20,
      session: "s",
      hasKvCache: true,
    }));
    const warm = await jsonOf(shapes);
    expect(warm.sessions[0].cache).toMatchObject({ unknown: 3, saved_ms: null });
    expect(warm.cold_prefill_ms_per_token).toBeNull();
    const cold = await jsonOf([
      { ...turn, id: "c", at: 100, session: "t", prefillMs: 270 },
      ...shapes,
    ]);
    expect(cold.sessions[0].cache).toMatchObject({ hit: 3 });
    expect(cold.cold_prefill_ms_per_token).toBeCloseTo(0.45, 9);
  });

  test("never takes a cold rate from requests without a session, cut by --gap or not", async () => {
    const shapes = [0, 500].map((at) => ({
      id: `r${at}`,
      at,
      estimate: 600,
      count: 600,
      prefillMs: 270,
    }));
    for (const args of [[], ["--gap", "1m"]]) {
      const { sessions, cold_prefill_ms_per_token } = await jsonOf(shapes, args);
      expect(cold_prefill_ms_per_token).toBeNull();
      expect(sessions.map((session: Json) => session.cache.miss)).not.toContain(1);
    }
  });
});

describe("grouping", () => {
  test("finds a session on any one event of a request, requests interleaved", async () => {
    const carriers = [
      "stt_transcript_finalized",
      "v34_ollama_received",
      "tts_audio_playback_start",
    ];
    // A turn lasts 3 seconds, so turns a second apart lie within each other.
    const shapes = [...carriers, ...carriers].map((sessionOn, index) => ({
      id: `r${index}`,
      at: index,
      session: index % 2 === 0 ? "even" : "odd",
      sessionOn,
    }));
    const { sessions } = await jsonOf(shapes);
    expect(outline(sessions)).toEqual(["even: 1 r0, 2 r2, 3 r4", "odd: 1 r1, 2 r3, 3 r5"]);
  });

  test("takes an id that is no text for none, and keeps a session called unknown apart", async () => {
    const values = [42, "", null, "unknown"];
    const shapes = values.map((session, index) => ({ id: `r${index}`, at: index * 20, session }));
    const { sessions } = await jsonOf(shapes);
    expect(outline(sessions)).toEqual(["unknown: 1 r0, 2 r1, 3 r2", "unknown: 1 r3"]);
    expect(sessions.map((session: Json) => session.inferred)).toEqual([true, false]);
  });

  test("--gap cuts requests without a session, and no others", async () => {
    const shapes = [0, 60, 500, 900].map((at) => ({ id: `r${at}`, at }));
    const named = [10, 1000].map((at) => ({ id: `n${at}`, at, session: "s" }));
    const { sessions } = await jsonOf([...shapes, ...named], ["--gap", "5m"]);
    expect(outline(sessions)).toEqual([
      "unknown#1: 1 r0, 2 r60",
      "s: 1 n10, 2 n1000",
      "unknown#2: 1 r500",
      "unknown#3: 1 r900",
    ]);
    const { sessions: whole } = await jsonOf([...shapes, ...named]);
    expect(outline(whole)).toEqual(["unknown: 1 r0, 2 r60, 3 r500, 4 r900", "s: 1 n10, 2 n1000"]);
  });

  test("gives the same answer for a log split by service, in any order of its files", async () => {
    using folder = temporaryFolder();
    const lines = readFileSync(sample("kv-cache.log"), "utf8").split("\n").slice(0, -1);
    const paths = ["stt", "v34", "tts"].map((service) => {
      const path = join(folder.path, `${service}.log`);
      const own = lines.filter((line) => line.includes(`"service": "${service}"`));
      writeFileSync(path, `${own.join("\n")}\n`);
      return path;
    });
    const whole = await json([sample("kv-cache.log")]);
    const split = await json(paths);
    const turned = await json(paths.toReversed());
    expect(split.sessions).toEqual(whole.sessions);
    expect(turned.sessions).toEqual(whole.sessions);
    expect(whole.sessions).toHaveLength(3);
  });
});

function outline(sessions: Json): string[] {
  return sessions.map(
    ({ id, turns }: Json) =>
      `${id}: ${turns.map((turn: Json) => `${turn.turn} ${turn.id}`).join(", ")}`,
  );
}

describe("the JSON document", () => {
  test("has the documented fields in their order", async () => {
    const shape = { estimate: 600, count: 600, prefillMs: 270, tailMode: true, session: "s" };
    const document = await jsonOf([{ ...shape, id: "abc123de", at: 0 }]);
    expect(Object.keys(document)).toEqual([
      "schema",
      "sessions",
      "cold_prefill_ms_per_token",
      "hints",
      "log",
    ]);
    const [session] = document.sessions;
    const empty = {
      n: 0,
      mean: null,
      min: null,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      max: null,
      share: null,
    };
    expect(
      JSON.stringify({ ...session, llm: 0, processing: 0, voice_to_voice: 0, first: 0, turns: 0 }),
    ).toBe(
      JSON.stringify({
        id: "s",
        inferred: false,
        start: logStart,
        requests: 1,
        llm: 0,
        processing: 0,
        voice_to_voice: 0,
        first: 0,
        later: { llm: empty, processing: empty },
        speedup: null,
        prompt: { first: 600, last: 600, mean: 600, tokens_per_turn: null, turn_at_limit: null },
        correlation: { n: 1, r: null, ms_per_1000_tokens: null },
        trend: { n: 1, ms_per_turn: null },
        cache: {
          hit: 0,
          partial: 0,
          miss: 1,
          unknown: 0,
          cold_prefill_ms: 270,
          warm_prefill_ms: null,
          saved_ms: 0,
        },
        turns: 0,
      }),
    );
    expect(Object.keys(session.first)).toEqual(["llm", "processing"]);
    expect(session.turns).toHaveLength(1);
    expect(Object.keys(session.turns[0])).toEqual([
      "turn",
      "id",
      "start",
      "total",
      "processing",
      "voice_to_voice",
      "llm",
      "prompt_tokens",
      "evaluated_tokens",
      "prefill_ms",
      "cache",
      "cache_rule",
      "cache_evidence",
      "tail_mode",
    ]);
    expect(session.turns[0]).toMatchObject({ turn: 1, id: "abc123de", tail_mode: true });
  });

  test("forecasts with --num-ctx, 8000 tokens if nothing is said", async () => {
    const shapes = [600, 700, 800].map((estimate, index) => ({
      id: `r${index}`,
      at: index * 20,
      session: "s",
      estimate,
    }));
    const limitOf = (document: Json) => document.sessions[0].prompt.turn_at_limit;
    expect(limitOf(await jsonOf(shapes))).toBe(75);
    expect(limitOf(await jsonOf(shapes, ["--num-ctx", "4096"]))).toBe(36);
  });

  test("as ndjson is one session a line, each as in the document", async () => {
    const { sessions } = await json([sample("kv-cache.log")]);
    const { stdout, code } = await run(["sessions", "--format", "ndjson", sample("kv-cache.log")]);
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual(sessions);
    expect(lines).toHaveLength(3);
  });

  test("is whole on every path: no log, no event, no match, an unreadable file, damage", async () => {
    using folder = temporaryFolder();
    const empty = join(folder.path, "empty.log");
    writeFileSync(empty, "");
    const damaged = join(folder.path, "damaged.log");
    writeFileSync(damaged, `no json\n${conversationLog([{ id: "r", at: 0 }])}`);
    const cases: readonly (readonly [
      args: string[],
      code: number,
      sessions: number,
      hasLog: boolean,
    ])[] = [
      [[], 1, 0, true],
      [[empty], 1, 0, true],
      [["--session", "nobody", sample("kv-cache.log")], 1, 0, true],
      [[join(folder.path, "absent.log")], 5, 0, false],
      [["--log", join(folder.path, "absent.log")], 5, 0, false],
      [["--max-problems", "0", damaged], 4, 1, true],
      [[damaged], 0, 1, true],
    ];
    for (const [args, code, sessions, hasLog] of cases) {
      const result = await run(["sessions", "--format", "json", ...args], { cwd: folder.path });
      const document = JSON.parse(result.stdout);
      expect([args, result.code, document.sessions.length]).toEqual([args, code, sessions]);
      expect(document.log !== null).toBe(hasLog);
      expect(result.stderr).not.toBe("");
      const lines = await run(["sessions", "--format", "ndjson", ...args], { cwd: folder.path });
      expect([lines.code, lines.stdout.split("\n").length - 1]).toEqual([code, sessions]);
    }
    expect(cases).toHaveLength(7);
  });
});

describe("the text", () => {
  test("keeps the ancestor's table and analysis", async () => {
    const shapes = [0, 1, 2].map((index) => ({
      id: `abc123d${index}`,
      at: index * 20,
      session: "s",
      estimate: 600 + index * 100,
      count: 600 + index * 100,
      prefillMs: index === 0 ? 270 : 30,
      tailMode: index > 0,
      llmMs: index === 0 ? 1200 : 600,
    }));
    const { stdout, stderr, code } = await run(["sessions", "-", "--no-chart", "--no-hints"], {
      stdin: conversationLog(shapes),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "====================================================================================================
      SESSION: s
      Start Time: 2025-11-27 14:30:05
      Total Requests: 3
      ====================================================================================================

      Req# | Request ID |    Total |   Ollama |   Prompt |      KV |    Eval | Tail  | Voice-to-voice |  Prefill | KV Evidence
      ----------------------------------------------------------------------------------------------------
         1 | abc123d0   |    3.20s |    1.20s |     600t |    miss |     600 | No    |          1.70s |    270ms | 0.450 ms/token, cold 0.450
         2 | abc123d1   |    2.60s |    600ms |     700t |     hit |     700 | Yes   |          1.10s |     30ms | 0.043 ms/token, cold 0.450
         3 | abc123d2   |    2.60s |    600ms |     800t |     hit |     800 | Yes   |          1.10s |     30ms | 0.037 ms/token, cold 0.450

      ====================================================================================================
      SESSION ANALYSIS:
      ====================================================================================================

      Ollama Processing Times:
        First request:  1.20s
        Later requests: 600ms on average (n 2)
        Average:        800ms   n 3
        Min:            600ms   Max: 1.20s
        p50 600ms   p90 1.08s   p95 –   p99 –
        Speedup factor: 2.00x   first request / average of later ones

      Processing Times (total − playback):
        First request:  1.70s
        Later requests: 1.10s on average (n 2)
        Average:        1.30s   n 3
        Min:            1.10s   Max: 1.70s
        p50 1.10s   p90 1.58s   p95 –   p99 –
        Trend:          -300.0 ms per turn (n 3)

      Voice-to-voice (opening → first audio):
        Average:        1.30s   n 3
        Min:            1.10s   Max: 1.70s
        p50 1.10s   p90 1.58s   p95 –   p99 –

      Prompt Sizes:
        First request:  600 tokens (est)
        Last request:   800 tokens (est)
        Average:        700 tokens (est)
        Growth:         +100.0 tokens per turn; reaches 8000 tokens at turn 75
        Against Ollama: -3000 ms per 1000 tokens, r -0.87 (n 3)

      KV Cache Impact:
        Verdicts:       2 hit, 0 partial, 1 miss, 0 unknown
        Prefill:        cold 270ms (median of misses), warm 30ms (median of hits)
        Saved:          615ms of prefill, at the log's cold rate of 0.450 ms per token

      Total Sessions Found: 1
      "
    `);
    expect(stdout).toMatch(
      /Req# \| Request ID \| +Total \| +Ollama \| +Prompt \| +KV \| +Eval \| Tail /,
    );
  });

  test("ends with hints", async () => {
    const shapes = [0, 1, 2].map((index) => ({ id: `abc123d${index}`, at: index * 20 }));
    const { stdout } = await run(["sessions", "-", "--limit", "llm=900ms"], {
      stdin: conversationLog(shapes),
    });
    const [before, after] = stdout.split("\nHINTS:\n");
    expect(before).toEndWith("\nTotal Sessions Found: 1\n");
    expect(after?.split("\n").slice(1, 5)).toEqual([
      "llm is slow: n 3, median 1.00s, limit 900ms",
      "  → Try a smaller or quantised model; check that the prompt cache and the GPU",
      "    are used",
      "Unaccounted time: 3 of 3 requests, median 250ms, between v34_ollama_received",
    ]);
  });

  test("shows what an id holds, and obeys none of it", async () => {
    const shapes = [{ id: "r\u001b[2J", at: 0, session: "s\u202e\u0007" }];
    const { stdout } = await run(["sessions", "-"], { stdin: conversationLog(shapes) });
    expect(stdout).toContain("SESSION: s\\u202e\\x07\n");
    expect(stdout).toContain("r\\x1b[2J");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its job
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  test("says where a session's name is ours", async () => {
    const shapes = [
      { id: "r0", at: 0 },
      { id: "r1", at: 20, session: "unknown" },
    ];
    const { stdout } = await run(["sessions", "-"], { stdin: conversationLog(shapes) });
    expect(stdout).toContain("SESSION: unknown   (no event names this session)\n");
    expect(stdout).toContain("SESSION: unknown\n");
    expect(stdout).toEndWith("Total Sessions Found: 2\n");
  });
});

describe("the options", () => {
  test.each([
    [["--gap", "5"], 'Cannot use "5" for --gap: write a duration such as 250ms, 1.5s or 10m'],
    [
      ["--num-ctx", "0"],
      'Cannot use "0" for --num-ctx: write a whole number from 1, as in --num-ctx 8000',
    ],
    [
      ["--num-ctx", "many"],
      'Cannot use "many" for --num-ctx: write a whole number from 1, as in --num-ctx 8000',
    ],
    [["--summary"], 'Unknown option "--summary"'],
    [["--format", "csv"], 'Cannot use "csv" for --format: it is one of text, json, ndjson'],
  ])("%p are refused before anything is read", async (args, message) => {
    const { stdout, stderr, code } = await run(["sessions", ...args, "/nowhere"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toStartWith(`timmy-latency: ${message}`);
  });

  test("are explained by --help, with what they cost", async () => {
    const { stdout, code } = await run(["sessions", "--help"]);
    expect(code).toBe(0);
    for (const word of ["--gap D", "--num-ctx N", "--session ID", "Memory:", "Examples:"]) {
      expect(stdout).toContain(word);
    }
  });
});
