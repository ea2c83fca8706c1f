import type { LedgerRowReport } from "../../report/request_report.ts";
import { formatMilliseconds } from "../../units/duration.ts";
import { correctedMark } from "../corrected_mark.ts";
import { fit } from "./cells.ts";
import type { Chart, Fill } from "./glyphs.ts";

const figureCells = 8;
const shareCells = 6;
const barShare = 0.4;

/**
 * Draws a ledger, each line exactly as wide as the chart: duration, share, a bar that begins where the
 * one before it ended, and the name. The last line is the whole.
 */
export function drawLedger(rows: readonly LedgerRowReport[], { width, glyphs }: Chart): string[] {
  const sumMs = rows.reduce((sum, row) => sum + row.durationMs, 0);
  const room = width - figureCells - shareCells - 3;
  const barCells = Math.max(6, Math.floor(room * barShare));
  const nameCells = room - barCells;
  let reachedMs = 0;
  const cellAt = (milliseconds: number) =>
    sumMs > 0 ? Math.round((milliseconds / sumMs) * barCells) : 0;
  const line = (
    { durationMs, share, name, ...corrected }: Omit<LedgerRowReport, "kind" | "startSeconds">,
    bar: string,
  ) => {
    const shareText = share === null ? "–" : `${(share * 100).toFixed(1)}%`;
    const figures = `${formatMilliseconds(durationMs).padStart(figureCells)}${correctedMark(corrected)}${shareText.padStart(shareCells)}`;
    return `${figures} ${bar} ${fit(name, nameCells, glyphs.ellipsis)}`;
  };
  const lines = rows.map((row) => {
    const from = Math.min(cellAt(reachedMs), barCells - 1);
    reachedMs += row.durationMs;
    const cells = cellAt(reachedMs) - from;
    const fill = glyphs.fills[row.kind as Fill];
    const bar = cells > 0 ? fill.repeat(cells) : (glyphs.parts[0] ?? fill);
    return line(row, `${" ".repeat(from)}${bar}`.padEnd(barCells));
  });
  return [
    ...lines,
    line({ durationMs: sumMs, share: 1, name: "whole wait" }, glyphs.fills.work.repeat(barCells)),
  ];
}

/** Says which pattern stands for what, of the kinds that occur. */
export function ledgerLegend(rows: readonly LedgerRowReport[], { glyphs }: Chart): string {
  const kinds = (["work", "hop", "setting", "unaccounted"] as const).filter((kind) =>
    rows.some((row) => row.kind === kind),
  );
  return kinds.map((kind) => `${glyphs.fills[kind].repeat(2)} ${kind}`).join("   ");
}
