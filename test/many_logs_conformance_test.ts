/** Several logs scanned one after the other against the same logs merged by their next event. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeEvent } from "../lib/event/encode.ts";
import type { TimingEvent } from "../lib/event/timing_event.ts";
import { rotateLog } from "../lib/log/rotation/rotate.ts";
import { readSessions } from "../lib/pipeline/read_sessions.ts";
import type { ReaderOptions } from "../lib/pipeline/reading.ts";
import { scanSessions } from "../lib/pipeline/scan_sessions.ts";
import { scanSummary } from "../lib/pipeline/scan_summary.ts";
import { analyzeLog } from "../lib/pipeline.ts";
import { logToJson, summaryToJson } from "../lib/render/json.ts";
import { sessionToJson, turnToJson } from "../lib/render/session_json.ts";
import type { LogReport } from "../lib/report/log_report.ts";
import type { Selection } from "../lib/request/select.ts";
import { describeSessions } from "../lib/session/describe_sessions.ts";
import { runShell, temporaryFolder } from "./support/binary.ts";
import { damagedLog } from "./support/damaged_log.ts";
import { eventAt, seededRandom, startSeconds } from "./support/events.ts";
import { settingsFor } from "./support/rotation.ts";
import { wildTurns } from "./support/wild_turns.ts";

setDefaultTimeout(120_000);

/** Whether the scan went through; its answers are those of merging then. */
interface Agreed {
  readonly isScanned: boolean;
  readonly log: LogReport;
}

function tellLog(log: LogReport) {
  const { fallback_lines: _, ...told } = logToJson(log);
  return told;
}

async function agreeOnSessions(options: ReaderOptions): Promise<Agreed> {
  const tell = ({ groups, ...reading }: Awaited<ReturnType<typeof readSessions>>) => {
    const sessions = Array.from(describeSessions(groups, 8_000).sessions, (session) => ({
      ...sessionToJson(session),
      turns: Array.from(session.turns, turnToJson),
    }));
    return JSON.stringify({ ...reading, log: tellLog(reading.log), sessions }, null, 1);
  };
  const plain = await readSessions(options, 30);
  const fast = await scanSessions(options, 30);
  if (fast !== null) {
    const [found, wanted] = [tell(fast), tell(plain)];
    if (found !== wanted) expect(found).toBe(wanted);
  }
  return { isScanned: fast !== null, log: plain.log };
}

async function agreeOnSummary(options: ReaderOptions): Promise<Agreed> {
  const plain = await analyzeLog(options, () => {});
  const fast = await scanSummary(options);
  if (fast !== null) {
    const [found, wanted] = [fast, plain].map(({ summary, log, ...rest }) =>
      JSON.stringify({ ...rest, summary: summaryToJson(summary), log: tellLog(log) }, null, 1),
    );
    if (found !== wanted) expect(found).toBe(wanted ?? "");
  }
  return { isScanned: fast !== null, log: plain.log };
}

/** Reads logs by all ways; they must agree on everything wherever the scan goes through. */
async function agree(names: readonly string[], selection: Selection = {}): Promise<Agreed> {
  const options = { names, idleSeconds: 600, maxLineBytes: 3_000, selection };
  const sessions = await agreeOnSessions(options);
  const summary = await agreeOnSummary(options);
  expect(summary.isScanned).toBe(sessions.isScanned);
  return summary;
}

type Pick = (count: number) => number;

/** Cuts a stream into files; a few events near each cut land on its other side. */
function cut(events: readonly TimingEvent[], files: number, pick: Pick, stray: number) {
  const parts: TimingEvent[][] = Array.from({ length: files }, () => []);
  const size = events.length / files;
  for (const [index, event] of events.entries()) {
    const part = Math.min(files - 1, Math.floor((index + (pick(2 * stray + 1) - stray)) / size));
    parts[Math.max(0, part)]?.push(event);
  }
  return parts;
}

describe("several logs are scanned as they are merged", () => {
  test("whatever strays across the cuts, whatever is damaged", async () => {
    const met = { scanned: 0, merged: 0, problems: 0, events: 0 };
    for (let seed = 1; seed <= 90; seed++) {
      using folder = temporaryFolder();
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const files = 1 + pick(8);
      const stray = [0, 0, 3, 40][pick(4)] ?? 0;
      const names = cut(wildTurns(seed, 30), files, pick, stray).map((events, index) => {
        // Names are not always in the order of time.
        const name = `${pick(2) === 0 ? "a" : "b"}${index}.log`;
        const percent = [0, 0, 3, 20][pick(4)] ?? 0;
        const shape = { seed, requests: 0, maxLineBytes: 3_000, percent, events };
        const { bytes } = damagedLog(shape);
        const isPacked = pick(4) === 0;
        const path = join(folder.path, isPacked ? `${name}.gz` : name);
        writeFileSync(path, isPacked ? gzipSync(bytes) : bytes);
        return path;
      });
      const { isScanned, log } = await agree(names);
      if (isScanned) met.scanned++;
      else met.merged++;
      met.problems += log.problems.total;
      met.events += log.events;
    }
    expect(met.scanned + met.merged).toBe(90);
    expect(met.scanned).toBeGreaterThan(45);
    expect(met.merged).toBeGreaterThan(3);
    expect(Math.min(met.problems, met.events / 10)).toBeGreaterThan(500);
  });

  test("where times are equal across a cut, and where files say nothing", async () => {
    using folder = temporaryFolder();
    const write = (name: string, ...lines: readonly (number | string)[]) => {
      const path = join(folder.path, name);
      const text = lines.map((line) =>
        typeof line === "string" ? line : encodeEvent(eventAt(line, `stt_${name}`, { id: "r" })),
      );
      writeFileSync(path, text.join(""));
      return path;
    };
    const cases: readonly (readonly string[])[] = [
      [write("a.log", 0, 10, 10), write("b.log", 10, 20)],
      [write("c.log", 10, 20), write("d.log", 0, 10, 10)],
      [write("e.log", 0, 30, 10, 20), write("f.log", 15, 25, 40), write("g.log", 35, 5)],
      [write("h.log"), write("i.log", "x\n"), write("j.log", "x\n", 5, "y\n"), write("k.log", 1)],
      [write("l.log", 0, 500, 1), write("m.log", 100, 200), write("n.log", 300, 600, 400)],
    ];
    for (const names of cases) {
      expect((await agree(names)).isScanned).toBe(true);
      expect((await agree(names.toReversed())).isScanned).toBe(true);
    }
    expect(cases.length).toBe(5);
  });

  test("but not where a problem stands among what strays", async () => {
    using folder = temporaryFolder();
    const [one, two] = [join(folder.path, "a.log"), join(folder.path, "b.log")];
    const line = (at: number) => encodeEvent(eventAt(at, "stt_x"));
    writeFileSync(two, `${line(15)}x\n${line(25)}`);
    writeFileSync(one, `x\n${line(0)}x\n${line(20)}${line(10)}`);
    expect((await agree([one, two])).isScanned).toBe(true);
    writeFileSync(one, `x\n${line(0)}x\n${line(20)}x\n${line(10)}`);
    expect((await agree([one, two])).isScanned).toBe(false);
  });

  test("but not where more strays than is held back", async () => {
    using folder = temporaryFolder();
    const write = (name: string, from: number, count: number) => {
      const path = join(folder.path, name);
      const events = Array.from({ length: count }, (_, index) =>
        encodeEvent(eventAt(from + index, "stt_x", { id: `id${index % 50}` })),
      );
      writeFileSync(path, events.join(""));
      return path;
    };
    const next = write("b.log", 1_000, 10);
    expect((await agree([write("a.log", 0, 11_001), next])).isScanned).toBe(true);
    expect((await agree([write("a.log", 0, 11_002), next])).isScanned).toBe(false);
  });

  test("and where archives are passed over because of their times", async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, "logs"));
    const log = join(folder.path, "logs", "latency.log");
    const parts: string[][] = [];
    for (let part = 0; part < 4; part++) {
      const lines = Array.from({ length: 40 }, (_, index) =>
        encodeEvent(
          eventAt(part * 3_600_000 + index * 2_000, index % 2 === 0 ? "stt_x" : "v34_x", {
            id: `p${part}r${index >> 1}`,
          }),
        ),
      );
      parts.push(lines);
      writeFileSync(log, lines.join(""));
      if (part < 3)
        await rotateLog(settingsFor(log, { force: true, nowSeconds: startSeconds + part * 3_600 }));
    }
    const whole = [join(folder.path, "logs")];
    let parted = 0;
    for (const selection of [
      {},
      { sinceSeconds: startSeconds + 7_300 },
      { untilSeconds: startSeconds + 3_700 },
      { sinceSeconds: startSeconds + 3_500, untilSeconds: startSeconds + 3_700 },
      { sinceSeconds: startSeconds + 99_999 },
    ]) {
      const { isScanned, log: report } = await agree(whole, selection);
      // What is chosen is found with objects.
      expect(isScanned).toBe(Object.keys(selection).length === 0);
      if (report.scope === "part") parted++;
    }
    expect(parted).toBe(4);
  });
});

test("what strays counts before an archive is passed over", async () => {
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const line = (second: number, id: string) =>
    encodeEvent(eventAt(second * 1_000, "stt_x", { id }));
  // The last event of `r` in the first archive comes after the second one, and before the third.
  const parts = [
    [line(0, "r"), line(500, "r"), line(1_000, "r")],
    [line(550, "x")],
    [line(1_600, "r")],
    [line(9_000, "y")],
  ];
  for (const [part, lines] of parts.entries()) {
    writeFileSync(log, lines.join(""));
    const nowSeconds = startSeconds + part * 3_600;
    if (part < 3) await rotateLog(settingsFor(log, { force: true, nowSeconds }));
  }
  const chosen = await agree([folder.path], { untilSeconds: startSeconds + 100 });
  expect([chosen.isScanned, chosen.log.scope, chosen.log.events]).toEqual([false, "whole", 6]);
  const { isScanned, log: report } = await agree([folder.path]);
  expect([isScanned, report.scope, report.events]).toEqual([true, "whole", 6]);
});

test("logs that can be read only once are merged", async () => {
  using folder = temporaryFolder();
  const [one, two] = [join(folder.path, "a.log"), join(folder.path, "b.log")];
  writeFileSync(one, encodeEvent(eventAt(0, "stt_x", { id: "one" })));
  writeFileSync(two, encodeEvent(eventAt(5, "stt_x", { id: "two" })));
  for (const feed of ['cat "$1" | timmy analyze - "$2"', 'timmy analyze - "$2" <"$1"']) {
    const { stdout, code } = await runShell(`${feed} --summary --format json`, [one, two]);
    const { summary, log } = JSON.parse(stdout);
    expect([code, summary.figures.total.n, log.requests, log.files.length]).toEqual([0, 2, 2, 2]);
  }
});
