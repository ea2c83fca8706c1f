import { expect } from "bun:test";
import type { ClickHouse } from "../../lib/clickhouse/client.ts";
import { askSummary } from "../../lib/pipeline/ask_summary.ts";
import { measureLog } from "../../lib/pipeline/measure_log.ts";
import type { ReaderOptions } from "../../lib/pipeline/reading.ts";
import { reportLog } from "../../lib/pipeline/report_log.ts";
import { sampleLog } from "../../lib/pipeline/sample_log.ts";
import { analyzeLog, analyzeSessions, examineLog } from "../../lib/pipeline.ts";
import type { RequestReport } from "../../lib/report/request_report.ts";
import type { Selection } from "../../lib/request/select.ts";
import { startSeconds } from "./events.ts";
import { differences } from "./near.ts";
import { type Shipping, shipLog } from "./shipped_log.ts";

const usual = { idleSeconds: 600, maxLineBytes: 1024 * 1024 };
const microseconds = { absolute: 0.001_5, relative: 2e-5 };
const watches = [
  { family: "figure" as const, matches: () => true, isOver: (ms: number) => ms > 900 },
  { family: "span" as const, matches: (name: string) => name === "llm", isOver: () => true },
];

/** Everything that a log can be asked, as plain values. */
const questions: Readonly<Record<string, (options: ReaderOptions) => Promise<unknown>>> = {
  summary: (options) => analyzeLog(options, null),
  /** With a plan for every order, so that all but odd requests are measured by the server. */
  measured: (options) =>
    options.openServer === undefined
      ? analyzeLog(options, null)
      : askSummary(options, { most: 5_000, leastRequests: 1, mostEvents: 256 }),
  requests: async (options) => {
    const requests: RequestReport[] = [];
    const analysis = await analyzeLog(options, (request) => requests.push(request));
    return { requests, analysis };
  },
  sessions: async (options) => {
    const asked = await analyzeSessions(options, { gapSeconds: 30, contextTokens: 8_000 });
    const { sessions, ...report } = asked.report;
    return {
      ...asked,
      report,
      sessions: Array.from(sessions, (session) => ({ ...session, turns: [...session.turns] })),
    };
  },
  measures: (options) => measureLog(options, { watches, cache: true, sample: true }),
  budgets: (options) => measureLog(options, { watches, cache: false, sample: false }),
  samples: (options) => sampleLog(options, [options.selection], true),
  page: (options) => reportLog(options, { gapSeconds: null, contextTokens: 8_000 }),
  health: (options) => examineLog(options, () => startSeconds),
};

const usualQuestions = Object.keys(questions).filter((name) => name !== "measured");

/** Ships logs to a server without any, and asks both ways; returns how many requests were chosen, question by question. */
export async function agree(
  server: ClickHouse,
  names: readonly string[],
  selections: readonly Selection[] = [{}],
  { asked = usualQuestions, ...shipping }: Shipping & { asked?: readonly string[] } = {},
): Promise<number[]> {
  await shipLog(server, names, shipping);
  const chosen: number[] = [];
  for (const selection of selections) {
    for (const question of asked) {
      const ask = questions[question] ?? (() => Promise.reject(new Error(question)));
      const options = { ...usual, ...shipping, selection };
      const there = { names: [server.address.text], openServer: () => server };
      const isPart = Object.keys(selection).length > 0;
      const wanted = bare(await ask({ ...options, names }), isPart);
      const found = bare(await ask({ ...options, ...there }), isPart);
      const apart = differences(wanted, found, microseconds);
      const label = `${question} ${JSON.stringify(selection)} of ${names.join()}`;
      expect([label, ...apart.slice(0, 10)]).toEqual([label]);
      chosen.push(chosenOf(wanted));
    }
  }
  return chosen;
}

/** What an answer says, but for where it was read and how it is written, and of a part how much that was. */
function bare(answer: unknown, isPart: boolean): unknown {
  if (Array.isArray(answer)) return answer.map((one) => bare(one, isPart));
  if (typeof answer !== "object" || answer === null) return answer;
  if (ArrayBuffer.isView(answer) || answer instanceof Map || answer instanceof Set) return answer;
  const members = Object.entries(answer).flatMap(([key, value]): [string, unknown][] => {
    if (elsewhere.has(key) || (isPart && ofPart.has(key))) return [];
    // Problems are counted, but none can be listed.
    return [[key, key === "problems" ? { ...value, first: [] } : bare(value, isPart)]];
  });
  return Object.fromEntries(members);
}

const elsewhere: ReadonlySet<string> = new Set(["files", "fallbackLines", "openRows"]);
const ofPart: ReadonlySet<string> = new Set(["log", "searched"]);

function chosenOf(answer: unknown): number {
  if (Array.isArray(answer)) return chosenOf(answer[0]);
  const { selected, analysis, log } = answer as {
    readonly selected?: number;
    readonly analysis?: { readonly selected: number };
    readonly log?: { readonly requests: number };
  };
  return selected ?? analysis?.selected ?? log?.requests ?? 0;
}
