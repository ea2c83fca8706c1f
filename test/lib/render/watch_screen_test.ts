import { describe, expect, test } from "bun:test";
import { asciiGlyphs, blockGlyphs } from "../../../lib/render/chart/glyphs.ts";
import { ansiStyle, plainStyle } from "../../../lib/render/style.ts";
import { renderWatchLine } from "../../../lib/render/watch_line.ts";
import { renderWatchScreen, type WatchScreen } from "../../../lib/render/watch_screen.ts";
import { filterRequests, type WatchView } from "../../../lib/render/watch_view.ts";
import type { WatchedRequest, WatchReport } from "../../../lib/report/watch_report.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { emptySeries } from "../../../lib/stats/series.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

function request(id: string, llmMs: number, session?: string): WatchedRequest {
  const metadata = session === undefined ? {} : { session_id: session };
  const events = [
    eventAt(0, "stt_transcript_finalized", { id, metadata }),
    eventAt(10, "v34_ollama_sent", { id }),
    eventAt(10 + llmMs, "v34_ollama_received", { id }),
    eventAt(20 + llmMs, "tts_audio_playback_start", { id }),
    eventAt(900 + llmMs, "tts_audio_playback_complete", { id }),
  ];
  return { report: describeRequest(analyzeRequest({ id, events })), spike: null };
}

const spiked: WatchedRequest = {
  ...request("bbbb0002", 4000, "s1"),
  spike: { voiceToVoiceMs: 4020, usualMs: 1020, span: { name: "llm", excessMs: 3000 } },
};
const recent = [request("\x1b[31mcccc", 1100), spiked, request("aaaa0001", 1000)];

const report: WatchReport = {
  path: "/home/me/latency.log",
  isPresent: true,
  events: 15,
  rotations: 1,
  truncations: 0,
  problems: { total: 2, last: "torn: \x1b[2J" },
  current: request("dddd0004", 700).report,
  recent,
  voiceToVoice: { ...emptySeries, n: 3, p50: 1120 },
  processing: emptySeries,
  window: 100,
};

const view: WatchView = {
  selected: spiked,
  isOpen: false,
  filter: "",
  isTyping: false,
  isPaused: false,
};

const screen: WatchScreen = {
  chart: { width: 80, glyphs: blockGlyphs },
  height: 24,
  style: plainStyle,
  utc: true,
  nowSeconds: startSeconds,
};

function draw(changes: {
  report?: Partial<WatchReport>;
  view?: Partial<WatchView>;
  screen?: Partial<WatchScreen>;
}): string[] {
  return renderWatchScreen(
    { ...report, ...changes.report },
    { ...view, ...changes.view },
    { ...screen, ...changes.screen },
  );
}

describe("renderWatchScreen()", () => {
  test("shows what goes on, what was, and what stood out", () => {
    expect(draw({}).map((line) => line.trimEnd())).toEqual([
      "timmy-latency watch   /home/me/latency.log                  following   14:30:00",
      "voice-to-voice  p50 1.12s  p95 –  n 3 of the last 100 requests",
      "processing      p50 –  p95 –  n 0",
      "events 15   rotations 1   problems 2   last: torn: \\x1b[2J",
      "─".repeat(80),
      "NOW: dddd0004   1.60s so far   answered",
      "  stt_transcript…4_ollama_sent ▎                                            10ms",
      "▶ llm                          █████████████████▌                          700ms",
      "  v34_ollama_rec…layback_start                  ▎                           10ms",
      "  playback                                       ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄    880ms",
      "                               0.00s    0.40s    0.80s   1.20s    1.60s",
      "─".repeat(80),
      "  Time     | Request ID | Voice  | Total  | Outcome  | Slowest",
      "  14:30:00 | \\x1b[…cccc |  1.12s |  2.00s | answered | llm 1100ms",
      "> 14:30:00 | bbbb0002   |  4.02s |  4.90s | answered | spike: llm +3000ms, 3.00…",
      "  14:30:00 | aaaa0001   |  1.02s |  1.90s | answered | llm 1000ms",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "up, down, enter: a request   /: filter   p: pause   q: quit",
    ]);
  });

  test("opens the chosen request", () => {
    const lines = draw({ view: { isOpen: true } }).map((line) => line.trimEnd());
    expect(lines).toContain("Request ID: bbbb0002");
    expect(lines).toContain("session s1");
    expect(lines).toContain("spike: llm +3000ms, 3.00s over the usual 1.02s");
    expect(lines.some((line) => line.startsWith("▶ llm"))).toBe(true);
    expect(lines.at(-1)).toStartWith("enter or esc: back");
  });

  test("says what there is not", () => {
    const none = { current: null, recent: [] };
    expect(draw({ report: { ...none, isPresent: false } }).join("\n")).toContain("No log yet");
    expect(draw({ report: none }).join("\n")).toContain("No request has finished yet");
    expect(draw({ view: { filter: "zz" } }).join("\n")).toContain("No request fits the filter");
    expect(draw({ view: { isPaused: true } })[0]).toContain("PAUSED");
    expect(draw({ view: { isTyping: true, filter: "ab" } }).at(-1)).toStartWith("/ab_");
  });

  test("keeps the chosen request in sight", () => {
    const many = Array.from({ length: 50 }, (_, index) => request(`r${index}`, 1000));
    const lines = draw({ report: { recent: many }, view: { selected: many[40] ?? null } });
    expect(lines.filter((line) => line.startsWith(">")).map((line) => line.slice(13, 16))).toEqual([
      "r40",
    ]);
  });

  test("fills any terminal exactly", () => {
    const sizes = [40, 57, 80, 200].flatMap((width) =>
      [1, 4, 10, 24, 60].map((height) => [width, height] as const),
    );
    for (const [width, height] of sizes) {
      for (const glyphs of [blockGlyphs, asciiGlyphs]) {
        for (const isOpen of [false, true]) {
          const lines = draw({
            view: { isOpen },
            screen: { chart: { width, glyphs }, height, style: ansiStyle },
          });
          expect(lines.length).toBe(height);
          expect(lines.map((line) => Bun.stringWidth(line))).toEqual(new Array(height).fill(width));
        }
      }
    }
    expect(sizes.length).toBe(20);
  });
});

test("filterRequests() looks at id, outcome, session and slowest step, in any case", () => {
  const found = (filter: string) => filterRequests(recent, filter).map((one) => one.report.id);
  expect(found("BBBB")).toEqual(["bbbb0002"]);
  expect(found("s1")).toEqual(["bbbb0002"]);
  expect(found("LLM")).toHaveLength(3);
  expect(found("answ")).toHaveLength(3);
  expect(found("nobody")).toEqual([]);
});

test("renderWatchLine() tells a request in one line, with what stood out", () => {
  const when = { utc: true, nowSeconds: startSeconds };
  expect(recent.map((one) => renderWatchLine(one, when))).toEqual([
    "14:30:00  \\x1b[31mcccc  answered  voice-to-voice 1.12s  total 2.00s  slowest llm 1100ms\n",
    "14:30:00  bbbb0002  answered  voice-to-voice 4.02s  total 4.90s  slowest llm 4000ms  spike: llm +3000ms, 3.00s over the usual 1.02s\n",
    "14:30:00  aaaa0001  answered  voice-to-voice 1.02s  total 1.90s  slowest llm 1000ms\n",
  ]);
});
