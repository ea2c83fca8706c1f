/** A log read in parts gives what one thread finds in it, wherever the parts begin. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { openSeekable } from "../../../lib/log/seekable_log.ts";
import type { FindingWishes } from "../../../lib/pipeline/findings.ts";
import type { PartOptions } from "../../../lib/pipeline/part_reader.ts";
import { type LogPart, partsAt, planParts } from "../../../lib/pipeline/plan_parts.ts";
import { scanFindings } from "../../../lib/pipeline/scan_findings.ts";
import { fixtures, temporaryFolder } from "../../support/binary.ts";
import { damagedLog } from "../../support/damaged_log.ts";
import { eventAt } from "../../support/events.ts";
import { anyParts, readInParts, type ToldFound, tellFound } from "../../support/in_parts.ts";
import { healthyLines, lineStarts, linesOf } from "../../support/parted_log.ts";
import { type Clocks, skewedTurns, turnMs } from "../../support/skewed_log.ts";

setDefaultTimeout(120_000);

type Kind = FindingWishes["of"];
type Options = Omit<PartOptions, "wishes">;

const usual: Options = { idleSeconds: 600, maxLineBytes: 1024 * 1024 };
const kinds: readonly Kind[] = ["summary", "sessions", "page"];

/** What was met over a run of cases. */
interface Met {
  logs: number;
  parts: number;
  /** Parts that others read, and whose answers counted; for a summary, and for all else. */
  joined: number;
  joinedElse: number;
  requests: number;
  problems: number;
  closedEarly: number;
  /** Hints that the logs gave. */
  hints: number;
  /** Why answers for a summary did not count, how often. */
  whys: Record<string, number>;
}

const nothing = (): Met => ({
  logs: 0,
  parts: 0,
  joined: 0,
  joinedElse: 0,
  requests: 0,
  problems: 0,
  closedEarly: 0,
  hints: 0,
  whys: {},
});

/** Reads parts by readers of this thread. */
async function readParts(
  path: string,
  parts: readonly LogPart[],
  options: Options,
  of: Kind,
  meanwhile: () => void = () => {},
): Promise<ToldFound> {
  const wished = { ...options, wishes: { of, gapSeconds: null } };
  const found = await readInParts(path, parts, wished, meanwhile);
  // Each byte once, also where a part was read in vain; but for helpers whom nobody waits for.
  if (found.clocks.length === 0) expect(found.told).toBe(found.reading.log.bytesRead);
  return found;
}

type Wanted = Readonly<Record<Kind, string>>;

/** Reads a log in these parts, for a summary and in turns for what else there is; it must be what is wanted. */
async function agree(
  path: string,
  wanted: Wanted,
  parts: readonly LogPart[],
  options: Options,
  met: Met,
): Promise<void> {
  for (const of of ["summary", met.logs % 2 === 0 ? "page" : "sessions"] as const) {
    const found = await readParts(path, parts, options, of);
    const told = tellFound(found, of);
    if (told !== wanted[of]) expect(JSON.parse(told)).toEqual(JSON.parse(wanted[of]));
    expect(told).toBe(wanted[of]);
    const { log, threads: { threads, whyFewer } = { threads: 1, whyFewer: null } } = found.reading;
    if (of !== "summary") met.joinedElse += threads - 1;
    else {
      met.logs++;
      met.parts += parts.length;
      met.joined += threads - 1;
      met.requests += log.requests;
      met.problems += log.problems.total;
      met.closedEarly += log.closedEarly;
      met.hints += JSON.parse(told).hints.length;
      if (whyFewer !== null) met.whys[whyFewer] = (met.whys[whyFewer] ?? 0) + 1;
    }
  }
}

async function tellAll(tell: (of: Kind) => Promise<string>): Promise<Wanted> {
  const [summary = "", sessions = "", page = ""] = await Promise.all(kinds.map(tell));
  return { summary, sessions, page };
}

/** All that one thread finds. */
function byOneThread(path: string, options: Options): Promise<Wanted> {
  return tellAll(async (of) => {
    const whole = { ...options, names: [path], selection: {} };
    const found = await scanFindings(whole, { of, gapSeconds: null });
    if (found === null) throw new Error("the fast way is not open");
    return tellFound(found, of);
  });
}

describe("a log in parts", () => {
  test("of few names, with disorder, ids that come again, and clocks that step", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const met = nothing();
    for (let seed = 1; seed <= 60; seed++) {
      const lines = linesOf(
        {
          seed,
          events: 200 + (seed % 7) * 100,
          concurrency: [1, 3, 20, 300][seed % 4] ?? 1,
          ids: [2, 30, 400][seed % 3] ?? 30,
          stepMs: [50, 2_000, 60_000][seed % 3] ?? 50,
          disorderMs: [0, 500, 40_000, 200_000][seed % 4] ?? 0,
          clockStepEvery: [0, 60, 200][seed % 3] ?? 0,
          clockStepMs: [1_000, 900_000, 8_000_000][seed % 3] ?? 0,
        },
        [0, 10, 100][seed % 3] ?? 0,
      );
      const bytes = Buffer.from(lines.join(""));
      writeFileSync(path, bytes);
      const options = { ...usual, idleSeconds: [600, 30][seed % 2] ?? 600 };
      const wanted = await byOneThread(path, options);
      for (const count of [1, 2, 3, 7]) {
        const blockBytes = [997, 4096, 1024 * 1024][(seed + count) % 3] ?? 4096;
        const parts = anyParts(bytes, count, seed * 10 + count);
        await agree(path, wanted, parts, { ...options, blockBytes }, met);
      }
    }
    expect([met.logs, met.parts]).toEqual([240, 776]);
    // Some lead-ins told all that was going on, and some did not.
    expect(Object.keys(met.whys)).toEqual([longBefore]);
    expect(met.whys[longBefore]).toBeGreaterThan(50);
    expect(Math.min(met.joined, met.joinedElse)).toBeGreaterThan(100);
    expect(met.requests).toBeGreaterThan(5_000);
    expect(met.hints).toBeGreaterThan(100);
  });

  test("with every kind of damage, also where a part begins", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "damaged.log");
    const met = nothing();
    for (let seed = 1; seed <= 60; seed++) {
      const maxLineBytes = [250, 400, 3_000][seed % 3] ?? 250;
      const percent = [5, 30, 90][seed % 4] ?? 10;
      const { bytes } = damagedLog({ seed, requests: 2 + (seed % 3), maxLineBytes, percent });
      writeFileSync(path, bytes);
      const options = { ...usual, maxLineBytes };
      const wanted = await byOneThread(path, options);
      for (const count of [2, 3, 7]) {
        const blockBytes = [1, 997, 4096][(seed + count) % 3] ?? 4096;
        const parts = anyParts(bytes, count, seed * 10 + count);
        await agree(path, wanted, parts, { ...options, blockBytes }, met);
      }
    }
    expect(met.logs).toBe(180);
    expect(met.problems).toBeGreaterThan(1_000);
    expect(Math.min(met.joined, met.joinedElse)).toBeGreaterThan(50);
  });

  test("of the samples", async () => {
    const samples = readdirSync(fixtures).filter((name) => name.endsWith(".log"));
    const met = nothing();
    for (const sample of samples) {
      const path = join(fixtures, sample);
      const bytes = readFileSync(path);
      const wanted = await byOneThread(path, usual);
      for (const count of [1, 2, 3, 7]) {
        await agree(path, wanted, anyParts(bytes, count, count), usual, met);
        // With all that was before, nothing stands in the way but clocks that were set.
        const cuts = anyParts(bytes, count, count + 1).map(({ from }) => from);
        const whole = partsAt(cuts.slice(1), () => 0);
        await agree(path, wanted, whole, usual, met);
      }
    }
    expect([samples.length, met.logs]).toEqual([5, 40]);
    expect(Math.min(met.joined, met.joinedElse)).toBeGreaterThan(30);
    expect(met.hints).toBeGreaterThan(40);
  });

  test("one part a line, and the messy log", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const met = nothing();
    const bytes = Buffer.from(`\ufeff${linesOf(smallShape, 20).join("")}{"torn`);
    writeFileSync(path, bytes);
    const wanted = await byOneThread(path, usual);
    const all = partsAt(lineStarts(bytes), (from) => (from > 2_000 ? from - 2_000 : 0));
    await agree(path, wanted, all.map(leadAtLine(bytes)), usual, met);
    await agree(
      path,
      wanted,
      partsAt(lineStarts(bytes), () => 0),
      usual,
      met,
    );
    expect(met).toMatchObject({ logs: 2, problems: 2, parts: 122 });
    // With all that was before, every part is joined.
    expect(Math.min(met.joined, met.joinedElse)).toBeGreaterThanOrEqual(60);
    const messy = gunzipSync(await Bun.file(join(fixtures, "messy.log.gz")).bytes());
    writeFileSync(path, messy);
    const wantedOfMessy = await byOneThread(path, usual);
    for (const count of [2, 3, 7]) {
      await agree(path, wantedOfMessy, anyParts(messy, count, count), usual, met);
    }
    expect(met.logs).toBe(5);
  });

  test("keeps the first thousand problems, and counts the lines before them", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "bad.log");
    const bytes = Buffer.from(Array.from({ length: 2_500 }, (_, line) => `bad ${line}\n`).join(""));
    writeFileSync(path, bytes);
    const wanted = await byOneThread(path, usual);
    const met = nothing();
    for (const count of [2, 3, 7]) {
      await agree(path, wanted, anyParts(bytes, count, count), usual, met);
    }
    expect(met).toMatchObject({ logs: 3, problems: 7_500, parts: 12, joined: 9, joinedElse: 9 });
    expect(JSON.parse(wanted.page).log.problems.first.length).toBe(1_000);
  });

  test("where an id lives through all of it: nobody can help", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const events = Array.from({ length: 3_000 }, (_, index) => {
      const id = index % 50 === 0 ? "everlasting" : `id${Math.floor(index / 10)}`;
      return eventAt(index * 8_000, ["tool_start", "tool_complete"][index % 2] ?? "", { id });
    });
    const bytes = Buffer.from(events.map((event) => encodeEvent(event)).join(""));
    writeFileSync(path, bytes);
    const wanted = await byOneThread(path, usual);
    expect(JSON.parse(wanted.page).summary.figures.total.max).toBeGreaterThan(20_000_000);
    const starts = lineStarts(bytes);
    const cuts = [1, 2, 3, 4].map((part) => starts[part * 600] ?? 0);
    const met = nothing();
    await agree(
      path,
      wanted,
      partsAt(cuts, (from) => starts[starts.indexOf(from) - 300] ?? 0),
      usual,
      met,
    );
    expect(met).toMatchObject({ parts: 5, joined: 0, whys: { [longBefore]: 1 } });
    // With all that was before there is nothing to mend.
    await agree(
      path,
      wanted,
      partsAt(cuts, () => 0),
      usual,
      met,
    );
    expect(met).toMatchObject({ parts: 10, joined: 4, joinedElse: 4 });
  });

  test("closes early what one thread closes early", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const met = nothing();
    for (let seed = 1; seed <= 30; seed++) {
      const bounds = {
        openRequests: [5, 1_000][seed % 2] ?? 5,
        eventsPerRequest: [1_000, 7][seed % 2] ?? 7,
        waitingRequests: 3,
      };
      const shape = { ...smallShape, seed, events: 600, concurrency: 12, ids: 40 };
      const bytes = Buffer.from(linesOf(shape, 0).join(""));
      writeFileSync(path, bytes);
      const options = { ...usual, bounds };
      const whole = partsAt([], () => 0);
      const wanted = await tellAll(async (of) =>
        tellFound(await readParts(path, whole, options, of), of),
      );
      for (const count of [2, 7]) {
        await agree(path, wanted, anyParts(bytes, count, seed), options, met);
      }
    }
    expect(met.logs).toBe(60);
    expect(met.closedEarly).toBeGreaterThan(1_000);
    expect(met.joined).toBeGreaterThan(50);
    expect(met.whys[longBefore]).toBeGreaterThan(20);
  });

  test("of so many names that their order matters is left to one thread", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "names.log");
    const namesOf = (count: number, id: (index: number) => string, hourAt = count) =>
      Array.from({ length: count }, (_, index) =>
        eventAt(index + (index < hourAt ? 0 : 3_600_000), `job ${index}`, { id: id(index) }),
      );
    // 300 steps in one part, 300 steps in both parts together, and more pairs of names than parts share.
    const logs: readonly [events: ReturnType<typeof namesOf>, cut: number][] = [
      [namesOf(301, () => "one"), 150],
      [namesOf(301, (index) => (index < 150 ? "one" : "two"), 150), 200],
      [namesOf(9_000, (index) => `id${index}`), 4_500],
    ];
    const met = nothing();
    for (const [events, cut] of logs) {
      const bytes = Buffer.from(events.map((event) => encodeEvent(event)).join(""));
      writeFileSync(path, bytes);
      const parts = partsAt([lineStarts(bytes)[cut] ?? 0], () => 0);
      await agree(path, await byOneThread(path, usual), parts, usual, met);
    }
    expect(met).toMatchObject({ logs: 3, joined: 0 });
    expect(met.whys).toEqual({
      "the order of its requests matters": 1,
      "it has too many names": 2,
    });
  });

  test("that grows while it is read is read to its end", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const lines = healthyLines(2_000);
    writeFileSync(path, lines.slice(0, 15_000).join(""));
    const file = openSeekable([path]);
    if (file === null) throw new Error("no plain file");
    const wishes = { threads: 2, headStartBytes: 0, ...usual };
    const parts = planParts(file, wishes);
    file.close();
    const grow = () => appendFileSync(path, lines.slice(15_000).join(""));
    const found = await readParts(path, parts, usual, "page", grow);
    const { log, threads } = found.reading;
    expect([parts.length, log.events, threads?.threads]).toEqual([2, 18_000, 2]);
    expect(tellFound(found, "page")).toBe((await byOneThread(path, usual)).page);
  });

  test("that loses its end while it is read ends there", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const bytes = Buffer.from(linesOf(smallShape, 0).join(""));
    const starts = lineStarts(bytes);
    const parts = partsAt([starts[20] ?? 0, starts[40] ?? 0], () => 0);
    const lengths = [starts[10], starts[20], starts[30], starts[50]];
    for (const length of lengths) {
      writeFileSync(path, bytes);
      const cut = () => truncateSync(path, length);
      const found = await readParts(path, parts, usual, "page", cut);
      expect(tellFound(found, "page")).toBe((await byOneThread(path, usual)).page);
    }
    expect(lengths.length).toBe(4);
  });

  test("of services whose clocks are apart, set now and then, or that answer early", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "clocks.log");
    const met = nothing();
    const setAt = (turn: number): Clocks => {
      return (now) => ({ v34: now < turn ? 0 : 7_000, tts: -1_500 });
    };
    const shapes: readonly { readonly clocks: Clocks; readonly answersEarly?: boolean }[] = [
      { clocks: () => ({}) },
      { clocks: () => ({ v34: 90_000, tts: -400 }) },
      { clocks: setAt(30) },
      { clocks: setAt(100) },
      { clocks: setAt(170) },
      { clocks: (turn) => ({ v34: turn % 60 === 0 ? 5_000 : 0 }) },
      { clocks: () => ({ v34: 90_000 }), answersEarly: true },
    ];
    for (const [index, shape] of shapes.entries()) {
      const events = skewedTurns({ turns: 200, seed: index + 1, ...shape }).flatMap(
        (turn) => turn.events,
      );
      events.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
      const bytes = Buffer.from(events.map((event) => encodeEvent(event)).join(""));
      writeFileSync(path, bytes);
      const wanted = await byOneThread(path, usual);
      expect(JSON.parse(wanted.page).clocks.length).toBe(2);
      const starts = lineStarts(bytes);
      for (const count of [2, 3, 7]) {
        const cuts = Array.from(
          { length: count - 1 },
          (_, part) => starts[Math.floor(((part + 1) * starts.length) / count)] ?? 0,
        );
        const lead = Math.ceil((1_500_000 / turnMs) * 10);
        const leadTo = (from: number) => starts[starts.indexOf(from) - lead] ?? 0;
        await agree(path, wanted, partsAt(cuts, leadTo), usual, met);
      }
    }
    expect([met.logs, met.parts]).toEqual([21, 84]);
    // All parts of steady clocks are joined, and none behind a clock that was set.
    expect([met.joined, met.joinedElse]).toEqual([18, 18]);
    expect(met.whys["a clock was set"]).toBeGreaterThanOrEqual(3);
    expect(met.whys["the order of its requests matters"]).toBeGreaterThanOrEqual(3);
  });
});

const longBefore = "a request had begun long before a part of it";

const smallShape = {
  seed: 3,
  events: 60,
  concurrency: 3,
  ids: 20,
  stepMs: 2_000,
  disorderMs: 100,
  clockStepEvery: 0,
  clockStepMs: 0,
};

/** Moves a lead-in back to where a line begins. */
function leadAtLine(bytes: Uint8Array): (part: LogPart) => LogPart {
  const starts = [0, ...lineStarts(bytes)];
  return (part) => ({ ...part, leadFrom: starts.findLast((start) => start <= part.leadFrom) ?? 0 });
}
