/**
 * Golden pictures: what a turn, a summary and a conversation look like in 40, 80 and 120 cells, with
 * block characters and in ASCII. The turn has names with wide, combining and hostile characters.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { analyzeSessions } from "../../../../lib/pipeline.ts";
import { asciiGlyphs, blockGlyphs, type Chart } from "../../../../lib/render/chart/glyphs.ts";
import { drawHistogram } from "../../../../lib/render/chart/histogram.ts";
import { drawLedger } from "../../../../lib/render/chart/ledger_bars.ts";
import { drawPrompts, drawTurns } from "../../../../lib/render/chart/session_charts.ts";
import { drawWaterfall } from "../../../../lib/render/chart/waterfall.ts";
import { ansiStyle, plainStyle } from "../../../../lib/render/style.ts";
import type { SessionReport } from "../../../../lib/report/session_report.ts";
import { analyzeRequest, describeRequest } from "../../../../lib/request/describe.ts";
import { SeriesBuilder } from "../../../../lib/stats/series.ts";
import { eventAt } from "../../../support/events.ts";

const cases = join(import.meta.dir, "..", "..", "..", "cases", "charts");

const turn = describeRequest(
  analyzeRequest({
    id: "aaaa0001",
    events: [
      eventAt(0, "stt_pause_detected", { metadata: { pause_threshold: 0.8 } }),
      eventAt(20, "stt_transcript_finalized"),
      eventAt(31, "stt_http_request_start"),
      eventAt(40, "v34_webhook_received", { service: "v34" }),
      eventAt(60, "日本語の検索_start", { service: "v34" }),
      eventAt(260, "日本語の検索_complete", { service: "v34" }),
      eventAt(300, "cafe\u0301\u0301\u0301_start", { service: "v34" }),
      eventAt(340, "cafe\u0301\u0301\u0301_complete", { service: "v34" }),
      eventAt(345, "\u202egnp.exe\u001b[31m_start", { service: "v34" }),
      eventAt(360, "v34_ollama_sent", { service: "v34" }),
      eventAt(1900, "v34_ollama_received", {
        service: "v34",
        metadata: { load_duration_ms: 100, prompt_eval_duration_ms: 300, eval_duration_ms: 1100 },
      }),
      eventAt(1901, "stt_http_response_received"),
      eventAt(1910, "v34_sending_to_tts", { service: "v34" }),
      eventAt(1890, "tts_request_received", { service: "tts" }),
      eventAt(2100, "tts_audio_playback_start", { service: "tts" }),
      eventAt(4000, "tts_audio_playback_complete", { service: "tts" }),
    ].sort((a, b) => a.timestampSeconds - b.timestampSeconds),
  }),
);

const charts = [40, 80, 120].flatMap((width): [name: string, chart: Chart][] => [
  [`${width}.utf8`, { width, glyphs: blockGlyphs }],
  [`${width}.ascii`, { width, glyphs: asciiGlyphs }],
]);

async function conversation(): Promise<SessionReport> {
  const { report } = await analyzeSessions(
    {
      names: [join(import.meta.dir, "..", "..", "..", "fixtures", "conversation.log")],
      idleSeconds: 600,
      maxLineBytes: 1024 * 1024,
      selection: {},
    },
    { gapSeconds: null, contextTokens: 8000 },
  );
  const [session] = report.sessions;
  if (session === undefined) throw new Error("The fixture has no session");
  return session;
}

function figures(chart: Chart): string[] {
  const series = new SeriesBuilder();
  // Bell-shaped, with one far out.
  for (let index = 1; index < 400; index++) {
    const p = index / 400;
    series.add(3 + Math.log(p / (1 - p)) / 4);
  }
  series.add(60);
  const { p50, p95 } = series.summarize();
  const distribution = series.distribution(1000);
  if (distribution === null) throw new Error("There are samples");
  const inMs = (value: number | null) => (value === null ? null : value * 1000);
  const marks = [
    { name: "p50", valueMs: inMs(p50) },
    { name: "p95", valueMs: inMs(p95) },
  ];
  return drawHistogram(distribution, marks, chart);
}

async function pictures(chart: Chart): Promise<string[]> {
  const session = await conversation();
  return [
    ...drawWaterfall(turn, chart, plainStyle),
    ...drawLedger(turn.ledger, chart),
    ...figures(chart),
    ...drawTurns(session, "  Over the turns: ", chart),
    ...drawPrompts(session, chart),
  ];
}

describe("pictures", () => {
  test.each(charts)(
    "in %s are as they were, and each line is exactly as wide",
    async (name, chart) => {
      const lines = await pictures(chart);
      const path = join(cases, `${name}.txt`);
      if (process.env["GOLDEN"] === "write") await Bun.write(path, `${lines.join("\n")}\n`);
      expect(`${lines.join("\n")}\n`).toBe(readFileSync(path, "utf8"));
      expect(lines.length).toBeGreaterThan(50);
      expect(lines.filter((line) => Bun.stringWidth(line) !== chart.width)).toEqual([]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them
      expect(lines.filter((line) => /[\u0000-\u001f\u202e]/.test(line))).toEqual([]);
    },
  );

  test("are drawn at three widths in two character sets", () => {
    expect(charts.length).toBe(6);
  });

  test("in ASCII have nothing else, but for what the log and our names have", async () => {
    const known = /日本語の検索|cafe\u0301*|[→–µ]|ing[^\x20-\x7e]+rch/gu;
    const lines = await pictures({ width: 120, glyphs: asciiGlyphs });
    const strange = lines.filter((line) => /[^\x20-\x7e]/.test(line.replace(known, "")));
    expect(strange).toEqual([]);
  });

  test("have the same cells in colour", () => {
    const chart: Chart = { width: 80, glyphs: blockGlyphs };
    const plain = drawWaterfall(turn, chart, plainStyle);
    const coloured = drawWaterfall(turn, chart, ansiStyle);
    expect(coloured.map((line) => Bun.stripANSI(line))).toEqual(plain);
    expect(coloured.join("")).toContain("\x1b[");
  });
});
