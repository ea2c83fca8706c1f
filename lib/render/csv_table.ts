import type { EventReport, RequestReport, SpanReport } from "../report/request_report.ts";
import { type Cell, csvLine } from "./csv.ts";

/** What a row of a table can be. */
export const rowKinds = ["requests", "spans", "events"] as const;

/** One of them. */
export type RowKind = (typeof rowKinds)[number];

/** A table: the names of its columns and the rows that a request makes. */
interface Table {
  readonly header: readonly string[];
  rows(request: RequestReport): readonly (readonly Cell[])[];
}

const tables: Readonly<Record<RowKind, Table>> = {
  requests: {
    header: [
      ..."id start session outcome total_ms playback_ms processing_ms voice_to_voice_ms".split(" "),
      ..."slowest slowest_ms events".split(" "),
    ],
    rows: ({ id, startSeconds, session, outcome, figures, slowest, events }) => [
      [
        ...[id, startSeconds, session, outcome, figures.totalMs, figures.playbackMs],
        ...[figures.processingMs, figures.voiceToVoiceMs],
        ...[slowest?.name ?? null, slowest?.durationMs ?? null, events.length],
      ],
    ],
  },
  spans: {
    header: [
      ..."request request_start span kind service start duration_ms incomplete".split(" "),
      ..."start_event end_event".split(" "),
    ],
    rows: (request) => request.spans.map((span) => spanCells(span, request)),
  },
  events: {
    header: ["request", "timestamp", "service", "event", "metadata"],
    rows: ({ id, events }) => events.map((event) => eventCells(event, id)),
  },
};

function spanCells(span: SpanReport, { id, startSeconds, events }: RequestReport): Cell[] {
  const nameOf = (index: number | null) => events[index ?? -1]?.name ?? null;
  return [
    ...[id, startSeconds, span.name, span.kind, span.service, span.startSeconds],
    ...[span.durationMs, span.incomplete, nameOf(span.startEvent), nameOf(span.endEvent)],
  ];
}

function eventCells({ atSeconds, service, name, metadata }: EventReport, id: string): Cell[] {
  return [id, atSeconds, service, name, JSON.stringify(metadata)];
}

/** The first line of a table. */
export function csvHeader(kind: RowKind): string {
  return csvLine(tables[kind].header);
}

/** The lines of one request: durations in milliseconds, instants in Unix seconds, metadata as JSON. */
export function requestToCsv(kind: RowKind, request: RequestReport): string {
  return tables[kind].rows(request).map(csvLine).join("");
}
