import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, runShell, temporaryFolder } from "../support/binary.ts";
import { linesOf } from "../support/log_lines.ts";
import { describeWithTools } from "../support/tools.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

/** Logs one event into a log of its own, and reads it back. */
async function logged(args: readonly string[], env: Record<string, string> = {}) {
  using folder = temporaryFolder();
  const before = Date.now() / 1000;
  const ran = await run(["log", "abc123de", "stt", "stt_x", "--log", "voice.log", ...args], {
    cwd: folder.path,
    env,
  });
  expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
  const lines = linesOf(join(folder.path, "voice.log"));
  expect(lines).toHaveLength(1);
  const [line] = lines;
  if (line === undefined) throw new Error("No line was logged");
  return { line, before, after: Date.now() / 1000 };
}

describe("metadata", () => {
  const typed: readonly (readonly [written: string, value: unknown])[] = [
    ["true", true],
    ["false", false],
    ["null", null],
    ["73", 73],
    ["-1.5", -1.5],
    ["0", 0],
    ["1e+21", 1e21],
    ["-0", "-0"],
    ["007", "007"],
    ["1.0", "1.0"],
    ["1e3", "1e3"],
    ["0x10", "0x10"],
    [" 1", " 1"],
    ["NaN", "NaN"],
    ["Infinity", "Infinity"],
    ["True", "True"],
    ["", ""],
    ["a=b", "a=b"],
    ["--help", "--help"],
    ["{}", "{}"],
    ["9007199254740993", "9007199254740993"],
    ["🎤", "🎤"],
  ];

  test("--meta types what survives being written back, everything else is a string", async () => {
    const args = typed.map(([written], index) => `--meta=k${index}=${written}`);
    const { line } = await logged(args);
    const values = Object.values(line.metadata);
    expect(values).toEqual(typed.map(([, value]) => value));
    expect(values).toHaveLength(22);
  });

  test("--meta session_id is always a string", async () => {
    const { line } = await logged(["--meta", "session_id=42", "--meta", "other=42"]);
    expect(line.metadata).toEqual({ session_id: "42", other: 42 });
  });

  test("--meta stands on top of --metadata, and the last of a key wins", async () => {
    const { line } = await logged([
      ...[
        "--meta",
        "a=2",
        "--metadata",
        '{"a": 1, "b": {"c": [1, null]}, "d": 0}',
        "--meta",
        "a=3",
      ],
    ]);
    expect(line.metadata).toEqual({ a: 3, b: { c: [1, null] }, d: 0 });
  });

  test("keys that JavaScript knows are ordinary keys", async () => {
    const { line } = await logged([
      ...["--metadata", '{"constructor": 1, "__proto__": {"x": 1}}', "--meta", "toString=2"],
    ]);
    expect(Object.entries(line.metadata)).toEqual([
      ["constructor", 1],
      ["__proto__", { x: 1 }],
      ["toString", 2],
    ]);
  });

  test("an event of over 1 MiB in bytes is refused, as no reader would take it", async () => {
    using folder = temporaryFolder();
    const part = "é".repeat(60_000);
    const args = Array.from({ length: 9 }, (_, index) => `--meta=k${index}=${part}`);
    const ran = await run(["log", "a", "b", "c", "--log", "voice.log", ...args], {
      cwd: folder.path,
    });
    expect(ran).toEqual({
      code: 2,
      stdout: "",
      stderr: "timmy-latency: Cannot log a line of over 1 MiB: readers would pass over it\n",
    });
    const fits = await run(["log", "a", "b", "c", "--log", "voice.log", ...args.slice(0, 8)], {
      cwd: folder.path,
    });
    expect(fits.code).toBe(0);
  });
});

describe("the timestamp", () => {
  const moments: readonly (readonly [at: string, seconds: number, zone?: string])[] = [
    ["1764253805", 1764253805],
    ["1764253805.123456", 1764253805.123456],
    ["1764253805,123456", 1764253805.123456],
    ["0", 0],
    ["2025-11-27T14:30:05", 1764253805],
    ["2025-11-27 14:30:05.25", 1764253805.25],
    ["2025-11-27T14:30:05,25", 1764253805.25],
    ["2025-11-27T14:30:05Z", 1764253805],
    ["2025-11-27T20:00:05+05:30", 1764253805],
    ["2025-11-27", 1764201600],
    ["2025-11-27T09:30:05", 1764253805, "America/New_York"],
    ["2025-11-27T14:30:05Z", 1764253805, "Asia/Kolkata"],
  ];

  for (const [at, seconds, zone] of moments) {
    test(`--at ${at}${zone === undefined ? "" : ` in ${zone}`} is the moment that is meant`, async () => {
      const { line } = await logged([`--at=${at}`], zone === undefined ? {} : { TZ: zone });
      expect(line.timestamp).toBe(seconds);
    });
  }

  test("every form of --at was met", () => expect(moments).toHaveLength(12));

  test("iso_time is the same moment as local time", async () => {
    const { line } = await logged(["--at", "1764253805.123456"], { TZ: "Asia/Kolkata" });
    expect(line.iso_time).toBe("2025-11-27T20:00:05.123456");
  });

  test("iso_time is right in every zone, on both sides of every change of its clock", async () => {
    const zones = [
      "UTC",
      "America/New_York",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Pacific/Apia",
    ];
    // Changes of summer time, a day that Apia never had, the first moment and one far away.
    const moments = [0, 1741503599, 1741503600, 1762063199, 1762063200, 1743865199, 1743865200];
    const edges = [1325239199, 1325239200, 1764253805, 7_258_118_400];
    using folder = temporaryFolder();
    const script = 'for at; do timmy log a b c --log "$TZ" --at "$at.25" || exit; done';
    const times = [...moments, ...edges];
    let met = 0;
    for (const zone of zones) {
      const name = zone.replace("/", "_");
      const env = { TZ: zone };
      const run = script.replace('"$TZ"', name);
      await runShell(run, times.map(String), { cwd: folder.path, env });
      for (const [index, line] of linesOf(join(folder.path, name)).entries()) {
        const wanted = new Intl.DateTimeFormat("sv-SE", {
          timeZone: zone,
          dateStyle: "short",
          timeStyle: "medium",
        }).format((times[index] ?? Number.NaN) * 1000);
        expect({ zone, iso: line.iso_time }).toEqual({
          zone,
          iso: `${wanted.replace(" ", "T")}.250000`,
        });
        met++;
      }
    }
    expect(met).toBe(zones.length * times.length);
  });

  test("--at -250ms lies that long before the start, as does 250ms", async () => {
    for (const at of ["-250ms", "250ms"]) {
      const { line, before, after } = await logged(["--at", at]);
      expect(line.timestamp).toBeGreaterThan(before - 0.25 - 0.01);
      expect(line.timestamp).toBeLessThan(after - 0.25 + 0.01);
    }
  });

  test("--at $EPOCHREALTIME of the shell, with point and with comma", async () => {
    using folder = temporaryFolder();
    const script =
      't=$EPOCHREALTIME; echo "$t"; timmy log a b c --log voice.log --at "$t"; timmy log a b c --log voice.log --at "$(tr . , <<< "$t")"';
    const { stdout, stderr } = await runShell(script, [], { cwd: folder.path });
    expect(stderr).toBe("");
    const stamps = linesOf(join(folder.path, "voice.log")).map((line) => line.timestamp);
    expect(stamps).toEqual([Number(stdout), Number(stdout)]);
  });

  test("without --at it lies between the call and the end of the process", async () => {
    const { line, before, after } = await logged([]);
    // The clock that stamps may differ from the one that judges by a rounding.
    expect(line.timestamp).toBeGreaterThan(before - 0.01);
    expect(line.timestamp).toBeLessThan(after + 0.01);
  });

  describeWithTools("of a slow process", ["strace"], () => {
    test("without --at it is the start, however long the work takes after it", async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, "voice.log");
      const slow = ["-e", "trace=openat", "-P", path, "-e", "inject=openat:delay_enter=700000"];
      const ran = await runShell(
        'strace -f -o trace "$@" "$TIMMY" log a b c --log "$PWD/voice.log"; stat -c %.6Y voice.log',
        slow,
        { cwd: folder.path },
      );
      expect(readFileSync(join(folder.path, "trace"), "utf8")).toContain("DELAYED");
      const [line] = linesOf(path);
      expect(Number(ran.stdout) - (line?.timestamp ?? Number.NaN)).toBeGreaterThan(0.7);
    });
  });
});

describe("what log makes", () => {
  test("the log has mode 0640 and its folders 0750, whatever is there stays as it is", async () => {
    using folder = temporaryFolder();
    chmodSync(folder.path, 0o755);
    const modeOf = (name: string) => statSync(join(folder.path, name)).mode & 0o777;
    const ran = await runShell("umask 022; timmy log a b c --log new/deep/voice.log", [], {
      cwd: folder.path,
    });
    expect(ran.code).toBe(0);
    expect([modeOf("."), modeOf("new"), modeOf("new/deep"), modeOf("new/deep/voice.log")]).toEqual([
      0o755, 0o750, 0o750, 0o640,
    ]);
    chmodSync(join(folder.path, "new/deep/voice.log"), 0o600);
    await runShell("umask 0; timmy log a b c --log new/deep/voice.log", [], { cwd: folder.path });
    expect(modeOf("new/deep/voice.log")).toBe(0o600);
    expect(linesOf(join(folder.path, "new/deep/voice.log"))).toHaveLength(2);
  });

  test("a log without a last newline is appended to all the same", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "voice.log"), '{"timestamp": 1');
    const ran = await run(["log", "a", "b", "c", "--log", "voice.log"], { cwd: folder.path });
    expect(ran.code).toBe(0);
    const text = readFileSync(join(folder.path, "voice.log"), "utf8");
    expect(text).toMatch(/^\{"timestamp": 1\{"timestamp": [^\n]+\}\n$/);
  });
});
