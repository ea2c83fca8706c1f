import { type HintEvidence, loadLimitMs } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { formatSetting, formatTime } from "../units/duration.ts";

/** First turns that had to wait until the model was in memory: the server had put it away. */
export function findUnloadedModel({ firstTurns, requests }: HintEvidence): HintReport[] {
  const { n, loaded, loadMs } = firstTurns;
  // Of a single request nobody can tell that it is slow among others.
  if (requests < 2 || loaded === 0 || loadMs === null) return [];
  return [
    {
      rule: "model_unloaded",
      finding: `The model was not in memory: ${loaded} of ${n} first turns, median load ${formatTime(loadMs)}, limit ${formatSetting(loadLimitMs / 1000)}`,
      figures: { n, loaded, median_ms: loadMs, limit_ms: loadLimitMs },
      advice:
        "Raise keep_alive of Ollama (-1 keeps the model for ever), or send it an empty request as " +
        "soon as somebody begins to speak",
    },
  ];
}
