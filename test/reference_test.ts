/**
 * The sample logs against the figures of an independent reference: another program in another
 * language, which read the same definitions. Where the two differ by more than rounding, one of them
 * is wrong.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { LedgerRowReport, RequestReport } from "../lib/report/request_report.ts";
import type { Series } from "../lib/stats/series.ts";
import { analyzeFiles, type WholeAnalysis } from "./support/analysis.ts";
import { fixtures, temporaryFolder } from "./support/binary.ts";

type ReferenceSeries = Omit<Series, "share"> & { readonly share?: number | null };

interface ReferenceRequest {
  readonly id: string;
  readonly start: number;
  readonly events: number;
  readonly session: string | null;
  readonly outcome: string;
  readonly total: number;
  readonly playback: number;
  readonly processing: number;
  readonly voice_to_voice: number | null;
  readonly llm: number | null;
  readonly slowest: { readonly name: string; readonly duration: number } | null;
  readonly ledger: readonly {
    readonly name: string;
    readonly kind: string;
    readonly start: number;
    readonly duration: number;
  }[];
}

interface Reference {
  readonly events: number;
  readonly requests: number;
  readonly figures_ms: Readonly<Record<string, ReferenceSeries>>;
  readonly spans_ms: Readonly<Record<string, ReferenceSeries>>;
  readonly gaps_ms: Readonly<Record<string, ReferenceSeries>>;
  readonly steps_ms: Readonly<Record<string, ReferenceSeries>>;
  readonly per_request: readonly ReferenceRequest[];
}

/** The unit of the reference is the millisecond; 1.5 µs is what two ways of rounding may differ by. */
const toleranceMs = 0.0015;
const toleranceSeconds = toleranceMs / 1000;
const shareTolerance = 1e-6;

const samples = readdirSync(fixtures)
  .filter((name) => name.endsWith(".expected.json") && !name.startsWith("messy"))
  .map((name) => name.replace(".expected.json", ""))
  .sort();

test("every sample log with reference figures is compared", () => {
  expect(samples).toEqual(["after", "before", "conversation", "kv-cache", "readme-sample"]);
});

for (const sample of samples) {
  describe(`${sample}.log against the reference`, async () => {
    const reference: Reference = JSON.parse(
      readFileSync(join(fixtures, `${sample}.expected.json`), "utf8"),
    );
    const analysis = await analyzeFiles([join(fixtures, `${sample}.log`)]);

    test("counts the same events and requests, and finds nothing damaged", () => {
      expect(analysis.log.events).toBe(reference.events);
      expect(analysis.log.requests).toBe(reference.requests);
      expect(analysis.log.problems.total).toBe(0);
      expect(analysis.requests.map(({ id }) => id)).toEqual(
        reference.per_request.map(({ id }) => id),
      );
    });

    test("gives every request the same outcome, session and figures", () => {
      let compared = 0;
      for (const [index, expected] of reference.per_request.entries()) {
        const request = requestAt(analysis, index);
        const at = `${sample} ${expected.id}`;
        expect([at, request.outcome, request.session, request.events.length]).toEqual([
          at,
          expected.outcome,
          expected.session,
          expected.events,
        ]);
        expectNear(request.startSeconds, expected.start, `${at} start`, toleranceSeconds);
        expectNear(request.figures.totalMs, expected.total, `${at} total`);
        expectNear(request.figures.playbackMs, expected.playback, `${at} playback`);
        expectNear(request.figures.processingMs, expected.processing, `${at} processing`);
        expectNear(request.figures.voiceToVoiceMs, expected.voice_to_voice, `${at} voice-to-voice`);
        expectNear(sumOfSpan(request, "llm"), expected.llm, `${at} llm`);
        compared++;
      }
      expect(compared).toBe(reference.requests);
    });

    test("finds the same slowest part of every request", () => {
      for (const [index, expected] of reference.per_request.entries()) {
        const { slowest } = requestAt(analysis, index);
        const at = `${sample} ${expected.id} slowest`;
        expect([at, slowest?.name ?? null]).toEqual([at, expected.slowest?.name ?? null]);
        expectNear(slowest?.durationMs ?? null, expected.slowest?.duration ?? null, at);
      }
    });

    test("lays every request into the same ledger rows", () => {
      let rows = 0;
      for (const [index, expected] of reference.per_request.entries()) {
        const request = requestAt(analysis, index);
        const at = `${sample} ${expected.id} ledger`;
        expect([at, request.ledger.map(referenceName)]).toEqual([
          at,
          expected.ledger.map(({ name }) => name),
        ]);
        for (const [place, row] of request.ledger.entries()) {
          const wanted = expected.ledger[place];
          expect(row.kind as string).toBe(wanted?.kind ?? "missing");
          expectNear(row.startSeconds, wanted?.start ?? null, at, toleranceSeconds);
          expectNear(row.durationMs, wanted?.duration ?? null, `${at} ${row.name}`);
          if (row.kind === "unaccounted") expect(row.name).toBe(nameAround(request, row));
          rows++;
        }
      }
      expect(rows).toBeGreaterThanOrEqual(reference.requests);
    });

    const tables = [
      ["figures_ms", figuresOf(analysis), 4],
      ["spans_ms", analysis.summary.spans, Object.keys(reference.spans_ms).length],
      ["gaps_ms", analysis.summary.gaps, Object.keys(reference.gaps_ms).length],
      ["steps_ms", analysis.summary.steps, Object.keys(reference.steps_ms).length],
    ] as const;
    test.each(tables)("computes the same series in %s", (table, series, count) => {
      expect([...series.keys()].sort()).toEqual(Object.keys(reference[table]).sort());
      expect(series.size).toBe(count);
      for (const [name, expected] of Object.entries(reference[table])) {
        expectSeries(series.get(name), expected, `${sample} ${table} ${name}`);
      }
    });

    test("gives the same answer from three files by service, in any order of arguments", async () => {
      using folder = temporaryFolder();
      const parts = splitByService(join(fixtures, `${sample}.log`), folder.path);
      expect(parts.length).toBe(3);
      const orders = permutations(parts);
      expect(orders.length).toBe(6);
      for (const order of orders) {
        const split = await analyzeFiles(order);
        expect(comparable(split)).toEqual(comparable(analysis));
      }
    });

    test("gives the same answer for any size of blocks", async () => {
      for (const blockBytes of [1, 61, 4096]) {
        const blocks = await analyzeFiles([join(fixtures, `${sample}.log`)], { blockBytes });
        expect(comparable(blocks)).toEqual(comparable(analysis));
      }
    });
  });
}

test("messy.log holds exactly the damage that was put into it", async () => {
  const expected = JSON.parse(readFileSync(join(fixtures, "messy.expected.json"), "utf8"));
  using folder = temporaryFolder();
  const path = join(folder.path, "messy.log");
  writeFileSync(path, gunzipSync(readFileSync(join(fixtures, "messy.log.gz"))));
  for (const blockBytes of [7, 4096, 256 * 1024]) {
    const { log } = await analyzeFiles([path], { blockBytes });
    expect({
      blank: log.blank,
      events: log.events,
      nul_holes: log.nulHoles,
      problems: log.problems.kinds,
      recovered: log.recovered,
      requests_distinct_ids: log.requests,
      torn: log.problems.kinds["torn"],
    }).toEqual({ ...expected, problems: { ...expected.problems, torn: expected.torn } });
  }
});

function requestAt(analysis: WholeAnalysis, index: number): RequestReport {
  const request = analysis.requests[index];
  if (request === undefined) throw new Error(`there is no request ${index}`);
  return request;
}

function figuresOf({ summary }: WholeAnalysis): ReadonlyMap<string, Series> {
  const { voiceToVoice, ...rest } = summary.figures;
  return new Map([...Object.entries(rest), ["voice_to_voice", voiceToVoice]]);
}

function sumOfSpan(request: RequestReport, name: string): number | null {
  const durations = request.spans.filter((span) => span.name === name && span.durationMs !== null);
  if (durations.length === 0) return null;
  return durations.reduce((sum, span) => sum + (span.durationMs ?? 0), 0);
}

function referenceName(row: LedgerRowReport): string {
  return row.kind === "unaccounted" ? "unaccounted" : row.name;
}

/** The names of the last event up to a row's start and the first from its end on. */
function nameAround(request: RequestReport, row: LedgerRowReport): string {
  const end = row.startSeconds + row.durationMs / 1000;
  const before = request.events.filter((event) => event.atSeconds <= row.startSeconds + 1e-7);
  const after = request.events.filter((event) => event.atSeconds >= end - 1e-7);
  return `${before.at(-1)?.name} → ${after[0]?.name}`;
}

function expectNear(
  actual: number | null,
  expected: number | null,
  what: string,
  tolerance = toleranceMs,
): void {
  const isNear =
    actual === null || expected === null
      ? actual === expected
      : Math.abs(actual - expected) <= tolerance;
  if (!isNear) throw new Error(`${what}: is ${actual}, the reference says ${expected}`);
}

function expectSeries(actual: Series | undefined, expected: ReferenceSeries, what: string): void {
  expect([what, actual?.n]).toEqual([what, expected.n]);
  for (const field of ["mean", "min", "p50", "p90", "p95", "p99", "max"] as const) {
    expectNear(actual?.[field] ?? null, expected[field], `${what} ${field}`);
  }
  expectNear(actual?.share ?? null, expected.share ?? null, `${what} share`, shareTolerance);
}

function splitByService(path: string, folder: string): string[] {
  const parts = new Map<string, string>();
  for (const line of readFileSync(path, "utf8").split("\n").slice(0, -1)) {
    const { service } = JSON.parse(line) as { service: string };
    parts.set(service, `${parts.get(service) ?? ""}${line}\n`);
  }
  return [...parts].map(([service, text]) => {
    const part = join(folder, `${service}.log`);
    writeFileSync(part, text);
    return part;
  });
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

function comparable({ requests, summary, log }: WholeAnalysis): unknown {
  const { files: _, ...rest } = log;
  return { requests, summary, log: rest };
}
