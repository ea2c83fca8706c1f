import { LogWatch } from "../lib/pipeline/watch_log.ts";
import { requestToJson } from "../lib/render/json.ts";
import { openNdjson } from "../lib/render/ndjson.ts";
import { renderWatchLine } from "../lib/render/watch_line.ts";
import { renderWatchScreen } from "../lib/render/watch_screen.ts";
import { afterKey, filterRequests, firstView } from "../lib/render/watch_view.ts";
import { requireDuration } from "../lib/units/duration.ts";
import { requireSize } from "../lib/units/size.ts";
import { chartFor } from "./_chart.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { Loop } from "./_loop.ts";
import { flushOut, isTerminal, messagesFor, styleFor, writeOut } from "./_output.ts";
import { nowSeconds } from "./_reader.ts";
import { Screen } from "./_screen.ts";
import { requireCount } from "./_values.ts";

const backlogBytes = 1024 * 1024;
/** Looks at the log at most so often, and draws at most so often. */
const lookMs = 50;
const drawMs = 100;
const quietSeconds = 2;
const patienceSeconds = 30;
const defaultWindow = 100;

/** `timmy-latency watch`: turns as they happen. */
export const command: Command = {
  meta: { name: "watch", description: "live view of turns as they happen, across rotations" },
  args: {
    window: {
      type: "string",
      valueHint: "N",
      description: "requests that the rolling figures are over (100)",
    },
    once: { type: "boolean", description: "show what is known now, once, and end" },
    idle: {
      type: "string",
      valueHint: "D",
      description: "silence after which the same id is another request (10m)",
    },
    "max-line": { type: "string", valueHint: "SIZE", description: "pass over longer lines (1M)" },
    utc: { type: "boolean", description: "show times in UTC" },
  },
  details: [
    "On a terminal: the request that is going on as a growing waterfall, and the finished ones with " +
      "rolling percentiles; waits that stand out are named with the span that has most of the excess. " +
      "Keys: up, down and enter for a request, / for a filter, p to pause, q to leave.",
    "Elsewhere, one line for each request as it finishes: when it is answered and quiet for two " +
      "seconds, or silent for half a minute. It begins with the last megabyte of the log, and goes on " +
      "across rotation, clear and replacement; without a log it waits for one.",
    "Memory: the requests of the last idle window, and those that the rolling figures are over.",
  ],
  examples: [
    "timmy-latency watch",
    "timmy-latency watch --once",
    "timmy-latency watch --format ndjson | jq .figures.voice_to_voice",
  ],
  formats: ["text", "ndjson"],
  async run({ args }) {
    const options = watchOptions(args);
    if (isOn(args, "once")) return once(args, options);
    const isScreen = isTerminal() && (textOf(args, "format") ?? "text") === "text";
    return isScreen ? watchOnScreen(args, options) : watchInLines(args, options);
  },
};

type WatchOptions = ConstructorParameters<typeof LogWatch>[0];

function watchOptions(args: Arguments): WatchOptions {
  const idle = textOf(args, "idle");
  const maxLine = textOf(args, "max-line");
  const window = textOf(args, "window");
  return {
    path: locateFile(args).path,
    idleSeconds: idle === undefined ? 600 : requireDuration(idle, "--idle"),
    maxLineBytes: maxLine === undefined ? 1024 * 1024 : requireSize(maxLine, "--max-line"),
    window: window === undefined ? defaultWindow : requireCount(window, "--window", "--window 50"),
    backlogBytes,
    quietSeconds,
    patienceSeconds,
  };
}

/** One look, one picture. */
async function once(args: Arguments, options: WatchOptions): Promise<ExitCode> {
  const lines = finishedLines(args);
  const watch = new LogWatch(options, lines);
  await watch.poll(nowSeconds());
  const report = watch.report();
  watch.close();
  if (textOf(args, "format") !== "ndjson") {
    const height = 9 + Math.max(1, report.recent.length) + (report.current?.spans.length ?? 0) * 2;
    const view = firstView;
    for (const line of renderWatchScreen(report, view, screenOf(args, height))) {
      const text = line.trimEnd();
      if (text !== "") writeOut(`${text}\n`);
    }
  }
  return exitCodes.fine;
}

/** Writes each request as it finishes, until a signal comes or the reader goes. */
async function watchInLines(args: Arguments, options: WatchOptions): Promise<ExitCode> {
  const lines = finishedLines(args);
  const loop = new Loop(lookMs);
  const watch = new LogWatch(options, (request, isBacklog) => {
    if (isBacklog) return;
    lines(request);
    flushOut();
  });
  await messagesFor(args).note(`Watching ${options.path}; each request is told when it finishes`);
  try {
    await loop.run(options.path, () => watch.poll(nowSeconds()));
  } finally {
    watch.close();
  }
  return loop.conclude();
}

/** How finished requests are written. */
function finishedLines(args: Arguments) {
  if (textOf(args, "format") === "ndjson") {
    const lines = openNdjson(writeOut);
    return ({ report }: Parameters<typeof renderWatchLine>[0]) => lines.add(requestToJson(report));
  }
  if (isOn(args, "once")) return () => {};
  const utc = isOn(args, "utc");
  return (request: Parameters<typeof renderWatchLine>[0]) => {
    writeOut(renderWatchLine(request, { utc, nowSeconds: nowSeconds() }));
  };
}

async function watchOnScreen(args: Arguments, options: WatchOptions): Promise<ExitCode> {
  const loop = new Loop(drawMs);
  const watch = new LogWatch(options, () => {});
  let view = firstView;
  let report = watch.report();
  const screen = new Screen((key) => {
    if (key === "interrupt") loop.endBy("SIGINT");
    else if (key === "q" && !view.isTyping) loop.end();
    else if (key === "suspend") suspend();
    else view = afterKey(view, key, filterRequests(report.recent, view.filter));
    loop.wake();
  });
  const wake = () => loop.wake();
  const comeBack = () => {
    screen.open();
    loop.wake();
  };
  const suspend = () => {
    screen.close();
    process.kill(process.pid, "SIGTSTP");
  };
  process.on("SIGWINCH", wake);
  process.on("SIGCONT", comeBack);
  screen.open();
  try {
    await loop.run(options.path, async () => {
      await watch.poll(nowSeconds());
      if (!view.isPaused) report = watch.report();
      screen.draw(renderWatchScreen(report, view, screenOf(args, screen.rows)));
    });
  } finally {
    process.off("SIGWINCH", wake);
    process.off("SIGCONT", comeBack);
    screen.close();
    watch.close();
  }
  return loop.conclude();
}

function screenOf(args: Arguments, height: number) {
  const chart = chartFor(args) ?? chartFor({ ...args, chart: true });
  if (chart === null) throw new Error("a chart was asked for");
  return { chart, height, style: styleFor(args), utc: isOn(args, "utc"), nowSeconds: nowSeconds() };
}
