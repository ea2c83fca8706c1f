import { expect, test } from "bun:test";
import { join } from "node:path";
import { PairNames } from "../../../lib/event/pair_names.ts";
import { scanRequests } from "../../../lib/pipeline/scan_requests.ts";
import { workloadCaptures } from "../../../lib/request/capture_scheme.ts";
import { CompactSummary } from "../../../lib/request/compact_summary.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { HintEvidenceBuilder } from "../../../lib/request/hint_evidence.ts";
import { type MeasuredRequest, measuredOf } from "../../../lib/request/measured_request.ts";
import { RequestSummary } from "../../../lib/request/summarize.ts";
import { ToldRequest } from "../../../lib/request/told_request.ts";
import { readTraces } from "../../support/analysis.ts";
import { fixtures } from "../../support/binary.ts";

/** More than the engine's memory has left at any time. */
const growingBytes = 8 * 1024 * 1024;

/** All that a request tells; `meanwhile` is called again and again. */
function tell(request: MeasuredRequest, meanwhile: () => void) {
  const stretches: unknown[] = [];
  const steps: unknown[] = [];
  const { totalSeconds, playbackSeconds, processingSeconds, voiceToVoiceSeconds } = request.figures;
  request.showStretches(({ family, name, isStage }, from, to) => {
    meanwhile();
    stretches.push([family, name, isStage, from, to, request.ledger()]);
  });
  request.showSteps((name, from, to) => {
    if (steps.length % 5 === 0) meanwhile();
    steps.push([name, from, to]);
  });
  meanwhile();
  const figures = [totalSeconds, playbackSeconds, processingSeconds, voiceToVoiceSeconds];
  return { figures, stretches, steps, ledger: request.ledger(), workload: request.workload() };
}

test("ToldRequest tells what objects tell, however the engine's memory grows meanwhile", async () => {
  const path = join(fixtures, "kv-cache.log");
  const wanted = (await readTraces(path)).slice(0, 12).map((trace) => {
    return tell(measuredOf(analyzeRequest(trace)), () => {});
  });
  const names = new PairNames();
  const found: unknown[] = [];
  let growths = 0;
  await scanRequests(
    { names: [path], idleSeconds: 600, maxLineBytes: 10_000, selection: {} },
    { names, captures: workloadCaptures, sessions: false, requests: true },
    (engine) => {
      const summary = new RequestSummary();
      const compact = new CompactSummary(summary, new HintEvidenceBuilder(), names, engine);
      const wishes = { stretches: true, ledgers: true };
      const told = new ToldRequest(engine, compact, names, workloadCaptures, wishes);
      const { ledgerRoom } = engine.exports as unknown as { ledgerRoom(bytes: number): number };
      return {
        take(request) {
          told.turnTo(request);
          const isGrowing = found.length % 6 === 3;
          if (found.length >= wanted.length) return;
          found.push(
            tell(told, () => {
              if (!isGrowing) return;
              const { byteLength } = engine.buffer;
              ledgerRoom(growingBytes);
              growths += Number(engine.buffer.byteLength > byteLength);
            }),
          );
        },
        end() {},
      };
    },
  );
  expect(found).toEqual(wanted);
  expect(found.length).toBe(12);
  expect(growths).toBeGreaterThan(20);
});
