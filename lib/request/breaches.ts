import type { BreachReport, BreachWatch } from "../report/check_report.ts";
import { ledgerNames } from "./ledger_summary.ts";
import type { MeasuredRequest, SpentRow } from "./measured_request.ts";

/** Where the time of a watched stretch lies, Unix seconds; null where the whole wait is meant. */
type Window = { readonly startSeconds: number; readonly endSeconds: number } | null;

interface Spender {
  readonly name: string;
  readonly kind: string;
  seconds: number;
}

/** Names that one watch keeps apart, and spenders in each. */
const maxNames = 256;
/** Spenders that a report names. */
const maxReported = 3;

/** One limit, and what was found to be over it, by name. */
interface Watching {
  readonly watch: BreachWatch;
  readonly found: Map<string, Breach>;
}

/**
 * Finds out who spends the time of requests that are over a limit: their ledgers, added up by name.
 * For a figure that is the wait for the first audio, llm and its children as one; for a span, gap or
 * step what lies within it.
 *
 * Memory: at most 256 names a watch and 256 rows each.
 */
export class Breaches {
  readonly #all: readonly Watching[];
  readonly #figures: readonly Watching[];
  readonly #spans: readonly Watching[];
  readonly #gaps: readonly Watching[];
  readonly #steps: readonly Watching[];

  constructor(watches: readonly BreachWatch[]) {
    this.#all = watches.map((watch) => ({ watch, found: new Map() }));
    const of = (family: BreachWatch["family"]) =>
      this.#all.filter(({ watch }) => watch.family === family);
    this.#figures = of("figure");
    this.#spans = of("span");
    this.#gaps = of("gap");
    this.#steps = of("step");
  }

  /** Takes the next request. */
  add(request: MeasuredRequest): void {
    let laid: readonly SpentRow[] | null = null;
    const ledger = () => {
      laid ??= request.ledger();
      return laid;
    };
    if (this.#figures.length > 0) {
      for (const [name, seconds] of figuresOf(request)) {
        if (seconds !== null) note(this.#figures, name, seconds, null, ledger);
      }
    }
    if (this.#spans.length > 0 || this.#gaps.length > 0) {
      request.showStretches(({ family, name }, startSeconds, endSeconds) => {
        const watching = family === "gap" ? this.#gaps : this.#spans;
        const window = { startSeconds, endSeconds };
        note(watching, name, endSeconds - startSeconds, window, ledger);
      });
    }
    if (this.#steps.length === 0) return;
    request.showSteps((name, startSeconds, endSeconds) => {
      note(this.#steps, name, endSeconds - startSeconds, { startSeconds, endSeconds }, ledger);
    });
  }

  /** What was found, a list for each watch in their order. */
  read(): (readonly BreachReport[])[] {
    return this.#all.map(({ found }) => [...found].map(([name, breach]) => breach.read(name)));
  }
}

/** Takes a stretch of a request into what is found by those who watch for it, if it is over. */
function note(
  watching: readonly Watching[],
  name: string,
  seconds: number,
  window: Window,
  ledger: () => readonly SpentRow[],
): void {
  for (const { watch, found } of watching) {
    if (!watch.isOver(seconds * 1000) || !watch.matches(name)) continue;
    const breach = found.get(name) ?? new Breach();
    if (found.size < maxNames) found.set(name, breach);
    breach.add(ledger(), window);
  }
}

/** The requests over one limit. */
class Breach {
  #requests = 0;
  #seconds = 0;
  readonly #spenders = new Map<string, Spender>();

  add(ledger: readonly SpentRow[], window: Window): void {
    this.#requests++;
    for (const row of ledger) {
      const from = Math.max(row.startSeconds, window?.startSeconds ?? Number.NEGATIVE_INFINITY);
      const until = Math.min(row.endSeconds, window?.endSeconds ?? Number.POSITIVE_INFINITY);
      if (until <= from) continue;
      this.#seconds += until - from;
      // Of a whole wait a reader asks for the stage; of a stage, for what it did.
      const key = window === null ? row.stage : row.spender;
      const spender = this.#spenders.get(key) ?? { ...ledgerNames(key), seconds: 0 };
      spender.seconds += until - from;
      if (this.#spenders.size < maxNames) this.#spenders.set(key, spender);
    }
  }

  read(name: string): BreachReport {
    const spenders = [...this.#spenders.values()].sort((a, b) => b.seconds - a.seconds);
    return {
      name,
      requests: this.#requests,
      spenders: spenders.slice(0, maxReported).map((spender) => ({
        name: spender.name,
        kind: spender.kind,
        share: spender.seconds / this.#seconds,
        meanMs: (spender.seconds / this.#requests) * 1000,
      })),
    };
  }
}

function figuresOf({
  figures,
}: MeasuredRequest): (readonly [name: string, seconds: number | null])[] {
  return [
    ["total", figures.totalSeconds],
    ["playback", figures.playbackSeconds],
    ["processing", figures.processingSeconds],
    ["voice_to_voice", figures.voiceToVoiceSeconds],
  ];
}
