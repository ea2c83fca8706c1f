import type { BreachReport, BreachWatch, Measures, RequestSample } from "../report/check_report.ts";
import type { Breaches } from "../request/breaches.ts";
import type { RequestSampler } from "../request/request_sampler.ts";
import type { RequestSummary } from "../request/summarize.ts";
import { countVerdicts } from "../session/count_verdicts.ts";
import type { SessionGroups } from "../session/session_groups.ts";
import type { Reading } from "./reading.ts";

/** What is to be measured, beside the series. */
export interface MeasureWants {
  readonly watches: readonly BreachWatch[];
  /** Verdicts of the prompt cache: about 100 bytes a turn until the log's end. */
  readonly cache: boolean;
  /** What requests took, stage by stage: about half a megabyte. */
  readonly sample: boolean;
}

/** What a log shows of what can be judged. */
export interface Measurement extends Reading {
  readonly measures: Measures;
  /** What some requests took, stage by stage; null if nobody wants it. */
  readonly sample: RequestSample | null;
  /** Who spent what is over each watch, in their order. */
  readonly breaches: readonly (readonly BreachReport[])[];
}

/** What has been gathered of a log for verdicts; null for what nobody wants. */
export interface MeasureParts {
  readonly summary: RequestSummary;
  readonly breaches: Breaches;
  readonly sampler: RequestSampler | null;
  readonly groups: SessionGroups | null;
}

/** Makes of what was gathered what can be judged. */
export function concludeMeasures(
  { summary, breaches, sampler, groups }: MeasureParts,
  reading: Reading,
): Measurement {
  const { lines, problems } = reading.log;
  return {
    measures: {
      summary: summary.read(),
      cache: groups && countVerdicts(groups),
      lines,
      problems: problems.kinds,
      requests: summary.requests,
    },
    sample: sampler?.read() ?? null,
    breaches: breaches.read(),
    ...reading,
  };
}
