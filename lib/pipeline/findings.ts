import { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import type { PageReport } from "../report/page_report.ts";
import { type CaptureScheme, summaryCaptures } from "../request/capture_scheme.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import type { EngineParts } from "../request/engine_parts.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { LedgerSummary } from "../request/ledger_summary.ts";
import { RequestSummary } from "../request/summarize.ts";
import { EngineTurns } from "../session/engine_turns.ts";
import { turnCaptures } from "../session/turn_captures.ts";
import type { TurnParts } from "../session/turn_parts.ts";

/** What is to be found in a log; plain data, to be sent. */
export interface FindingWishes {
  /** The summary, with it conversations, or with both the ledgers and where requests stand. */
  readonly of: "summary" | "sessions" | "page";
  /** See `SessionGroups`. */
  readonly gapSeconds: number | null;
}

/** What was found elsewhere, in requests that come next; plain data. */
export interface FindingParts extends EngineParts {
  /** Null where conversations are not asked for. */
  readonly turns: TurnParts | null;
}

/** What a table has to keep of requests. */
interface FindingNeeds {
  readonly captures: CaptureScheme;
  readonly sessions: boolean;
  readonly places: boolean;
}

/** Finds by an engine what there is to say of the requests of its table. */
export class Findings {
  /** What the numbers of service and event name stand for. */
  readonly names = new PairNames();
  readonly summary = new RequestSummary();
  readonly evidence = new HintEvidenceBuilder();
  /** Of a page only. */
  readonly ledger = new LedgerSummary();
  readonly needs: FindingNeeds;

  readonly #wishes: FindingWishes;
  #oldestSeconds = Number.POSITIVE_INFINITY;
  #newestSeconds = Number.NEGATIVE_INFINITY;
  #measures: CompactSummary | null = null;
  #turns: EngineTurns | null = null;

  constructor(wishes: FindingWishes) {
    const [sessions, places] = [wishes.of !== "summary", wishes.of === "page"];
    this.#wishes = wishes;
    this.needs = { captures: sessions ? turnCaptures : summaryCaptures, sessions, places };
  }

  /** Begins with what the engine's open table hands out from now on. */
  begin(engine: Engine): void {
    const { names, summary, evidence, ledger, needs } = this;
    const laid = this.#wishes.of === "page" ? ledger : null;
    this.#measures = new CompactSummary(summary, evidence, names, engine, laid);
    if (!needs.sessions) return;
    this.#turns = new EngineTurns(engine, this.#wishes.gapSeconds, needs.places);
  }

  /** Whether it makes no difference what was found before, as far as that is known while reading. */
  get isOrderFree(): boolean {
    const { summary, ledger } = this;
    const areTurns = this.#turns?.isOrderFree ?? true;
    return areTurns && summary.isOrderFree && ledger.rows.isOrderFree && this.isSteady;
  }

  /** Whether no clock was set as yet. */
  get isSteady(): boolean {
    return this.summary.clocks.isSteady;
  }

  /** Whether it makes no difference with what was found elsewhere too. */
  isOrderFreeWith(others: readonly FindingParts[]): boolean {
    const { summary, ledger } = this;
    const ledgers = others.flatMap((other) => other.ledger?.rows ?? []);
    return (
      summary.isOrderFreeWith(others.map((other) => other.summary)) &&
      ledger.rows.isOrderFreeWith(ledgers)
    );
  }

  /** How far the clocks of services are apart, as far as the table has come. */
  readClocks(): ClockPairReport[] {
    return this.#begun.readClocks();
  }

  /** All that was found, to be merged into what another has; only where that is free of order, and once. */
  parts(): FindingParts {
    return { ...this.#begun.parts(), turns: this.#turns?.parts() ?? null };
  }

  /** Takes in what was found elsewhere, part by part; then there is no more to come. */
  end(others: readonly FindingParts[] = []): void {
    this.#begun.end();
    this.#widenPeriod(this.#begun);
    for (const found of others) {
      const { summary, facts, ledger, turns } = found;
      this.summary.merge(summary);
      this.evidence.merge(facts);
      if (ledger !== null) this.ledger.merge(ledger);
      if (turns !== null) this.#turns?.merge(turns);
      this.#widenPeriod(found);
    }
    this.#turns?.end();
  }

  /** Turns by conversation; they are there when all has ended. */
  get turns(): EngineTurns {
    if (this.#turns === null) throw new Error("Nobody has asked for conversations");
    return this.#turns;
  }

  /** The time that requests lie in, when all has ended; null if there was none. */
  get period(): PageReport["period"] {
    const [firstSeconds, lastSeconds] = [this.#oldestSeconds, this.#newestSeconds];
    return firstSeconds <= lastSeconds ? { firstSeconds, lastSeconds } : null;
  }

  /** What had no place of its own among the names and conversations that the answer tells of. */
  get folded(): number {
    const ofTurns = this.#turns?.groups.folded ?? 0;
    return this.#wishes.of === "sessions" ? ofTurns : this.summary.folded + ofTurns;
  }

  #widenPeriod({
    oldestSeconds,
    newestSeconds,
  }: Pick<EngineParts, "oldestSeconds" | "newestSeconds">) {
    this.#oldestSeconds = Math.min(this.#oldestSeconds, oldestSeconds ?? Number.POSITIVE_INFINITY);
    this.#newestSeconds = Math.max(this.#newestSeconds, newestSeconds ?? Number.NEGATIVE_INFINITY);
  }

  get #begun(): CompactSummary {
    if (this.#measures === null) throw new Error("The reading has not been begun");
    return this.#measures;
  }
}
