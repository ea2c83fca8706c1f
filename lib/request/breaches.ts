import type { BreachReport, BreachWatch } from "../report/check_report.ts";
import type { RequestAnalysis } from "./describe.ts";
import { stepName } from "./gaps.ts";
import { buildLedger, type LedgerRow } from "./ledger.ts";
import { isComplete } from "./spans.ts";

/** A stretch of a request that one watch is about. */
interface Watched {
  readonly name: string;
  readonly milliseconds: number;
  /** Where its time lies, Unix seconds; null where the whole wait is meant. */
  readonly window: { readonly startSeconds: number; readonly endSeconds: number } | null;
}

interface Spender {
  readonly name: string;
  readonly kind: string;
  seconds: number;
}

/** Names that one watch keeps apart, and spenders in each. */
const maxNames = 256;
/** Spenders that a report names. */
const maxReported = 3;

/**
 * Finds out who spends the time of requests that are over a limit: their ledgers, added up by name.
 * For a figure that is the wait for the first audio, llm and its children as one; for a span, gap or
 * step what lies within it.
 *
 * Memory: at most 256 names a watch and 256 rows each.
 */
export class Breaches {
  readonly #watches: readonly {
    readonly watch: BreachWatch;
    readonly found: Map<string, Breach>;
  }[];

  constructor(watches: readonly BreachWatch[]) {
    this.#watches = watches.map((watch) => ({ watch, found: new Map() }));
  }

  /** Takes the next request. */
  add(analysis: RequestAnalysis): void {
    let ledger: readonly LedgerRow[] | null = null;
    for (const { watch, found } of this.#watches) {
      for (const stretch of watchedIn(analysis, watch)) {
        const breach = found.get(stretch.name) ?? new Breach();
        if (found.size < maxNames) found.set(stretch.name, breach);
        breach.of++;
        if (!watch.isOver(stretch.milliseconds)) continue;
        const { trace, spans, figures } = analysis;
        ledger ??= buildLedger(trace.events, spans, figures);
        breach.add(ledger, stretch);
      }
    }
  }

  /** What was found, a list for each watch in their order. */
  read(): (readonly BreachReport[])[] {
    return this.#watches.map(({ found }) => [...found].map(([name, breach]) => breach.read(name)));
  }
}

/** The requests over one limit. */
class Breach {
  of = 0;
  #requests = 0;
  #seconds = 0;
  readonly #spenders = new Map<string, Spender>();

  add(ledger: readonly LedgerRow[], { window }: Watched): void {
    this.#requests++;
    for (const row of ledger) {
      const from = Math.max(row.startSeconds, window?.startSeconds ?? Number.NEGATIVE_INFINITY);
      const until = Math.min(row.endSeconds, window?.endSeconds ?? Number.POSITIVE_INFINITY);
      if (until <= from) continue;
      this.#seconds += until - from;
      // Of a whole wait a reader asks for the stage; of a stage, for what it did.
      const name = window === null ? (row.span?.parent?.name ?? row.name) : row.name;
      const key = `${row.kind} ${name}`;
      const spender = this.#spenders.get(key) ?? { name, kind: row.kind, seconds: 0 };
      spender.seconds += until - from;
      if (this.#spenders.size < maxNames) this.#spenders.set(key, spender);
    }
  }

  read(name: string): BreachReport {
    const spenders = [...this.#spenders.values()].sort((a, b) => b.seconds - a.seconds);
    return {
      name,
      requests: this.#requests,
      of: this.of,
      spenders: spenders.slice(0, maxReported).map((spender) => ({
        name: spender.name,
        kind: spender.kind,
        share: spender.seconds / this.#seconds,
        meanMs: (spender.seconds / this.#requests) * 1000,
      })),
    };
  }
}

function watchedIn(analysis: RequestAnalysis, { family, matches }: BreachWatch): Watched[] {
  if (family === "figure") return figuresOf(analysis).filter(({ name }) => matches(name));
  return stretchesOf(analysis, family)
    .filter(({ name }) => matches(name))
    .map(({ name, startSeconds, endSeconds }) => ({
      name,
      milliseconds: (endSeconds - startSeconds) * 1000,
      window: { startSeconds, endSeconds },
    }));
}

function figuresOf({ figures }: RequestAnalysis): Watched[] {
  const seconds: readonly (readonly [name: string, seconds: number | null])[] = [
    ["total", figures.totalSeconds],
    ["playback", figures.playbackSeconds],
    ["processing", figures.processingSeconds],
    ["voice_to_voice", figures.voiceToVoiceSeconds],
  ];
  return seconds.flatMap(([name, value]) =>
    value === null ? [] : [{ name, milliseconds: value * 1000, window: null }],
  );
}

function stretchesOf({ trace, spans, gaps }: RequestAnalysis, family: "span" | "gap" | "step") {
  if (family === "span") return spans.filter(isComplete);
  if (family === "gap") return gaps;
  return trace.events.slice(1).flatMap((to, index) => {
    const from = trace.events[index];
    if (from === undefined) return [];
    const [startSeconds, endSeconds] = [from.timestampSeconds, to.timestampSeconds];
    return [{ name: stepName(from, to), startSeconds, endSeconds }];
  });
}
