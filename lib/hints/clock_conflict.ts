import { escapeControls } from "../escape.ts";
import { countSettings, disagrees } from "../report/clock_report.ts";
import type { HintEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { formatCount } from "../units/count.ts";
import { describeOffset } from "../units/offset.ts";

/** Of one request it can always be that its events are odd. */
const minExchanges = 2;

/** Two services whose clocks disagree: effects were logged before their causes. */
export function findClockConflicts({ clocks }: Pick<HintEvidence, "clocks">): HintReport[] {
  return clocks.flatMap((pair) => {
    const last = pair.stretches.findLast(
      (stretch) => disagrees(stretch) && stretch.exchanges >= minExchanges,
    );
    if (last === undefined) return [];
    const settings = countSettings(pair);
    const set = settings === 0 ? "" : `, and one of them was set ${formatCount(settings, "time")}`;
    const finding =
      `clocks disagree: ${describeOffset(pair, last)}${set}; ` +
      `in ${pair.conflicts} of ${formatCount(pair.exchanges, "request")} an effect comes before its cause`;
    return [
      {
        rule: "clock_conflict",
        finding: escapeControls(finding),
        figures: {
          services: [pair.from, pair.to],
          n: pair.exchanges,
          conflicts: pair.conflicts,
          settings,
          lowest_ms: last.lowestMs,
          highest_ms: last.highestMs,
        },
        advice:
          "Synchronise the clocks (on WSL: sudo hwclock -s); analyze --correct-clocks shifts what " +
          "was logged and marks it",
      },
    ];
  });
}
