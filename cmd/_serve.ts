import { statSync } from "node:fs";
import { AccessError, UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import { LogWatch } from "../lib/pipeline/watch_log.ts";
import { renderNow } from "../lib/render/html/now_section.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";
import type { ExitCode } from "./_exit_codes.ts";
import { LivePage } from "./_live_page.ts";
import { Loop } from "./_loop.ts";
import { openForViewing } from "./_open.ts";
import { flushOut, messagesFor, writeErrorLine, writeOut } from "./_output.ts";
import type { PageMaker } from "./_page_maker.ts";
import { PageServer } from "./_page_server.ts";
import { nowSeconds, readerOptions } from "./_reader.ts";

/** Looks at the log at most so often. */
const lookMs = 100;
const backlogBytes = 1024 * 1024;
const quietSeconds = 2;
const patienceSeconds = 30;

/**
 * Serves the page on this machine until a signal comes: the turn that goes on as it grows, and all
 * figures anew when one has finished.
 *
 * @throws UsageError for options that do not go together, or more than one log.
 * @throws AccessError if the port cannot be had.
 */
export async function servePage(args: Arguments, maker: PageMaker): Promise<ExitCode> {
  const port = requirePort(textOf(args, "serve") ?? "");
  if (textOf(args, "output") !== undefined) {
    throw new UsageError("Cannot use --serve and --output together: a page is served or written");
  }
  const options = { ...readerOptions(args), isPolite: true };
  const path = requireOneLog(options.names);
  const live = new LivePage(async () => maker.render(await readOrNothing(options, maker), true));
  const server = new PageServer(port, () => live.current());
  const rules = { quietSeconds, patienceSeconds, backlogBytes, window: 1 };
  const watch = new LogWatch({ ...options, ...rules, path }, (_, isBacklog) => {
    if (!isBacklog) live.outdate();
  });
  const loop = new Loop(lookMs);
  const renewed = () => server.tell("changed", "", false);
  writeOut(`${server.url}\n`);
  flushOut();
  await messagesFor(args).note(`Serving ${path} on this machine alone; Ctrl-C ends it`);
  if (isOn(args, "open")) void openForViewing(server.url);
  const look = sayingFailures(async () => {
    await watch.poll(nowSeconds());
    const { state, body } = renderNow(watch.report());
    server.tell("state", state, true);
    server.tell("current", body, true);
    if (server.hasListeners) live.renewSoon(renewed);
  });
  try {
    await loop.run(path, look);
  } finally {
    watch.close();
    await server.stop();
  }
  return loop.conclude();
}

/** Parses a port; 0 is any free one. */
function requirePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(
    `Cannot use ${quote(text)} for --serve: write a port up to 65535, as in --serve 8080 FILE`,
  );
}

function requireOneLog(names: readonly string[]): string {
  const [path, ...more] = names;
  if (path === undefined || path === "-" || more.length > 0) {
    throw new UsageError("Cannot serve that: --serve follows one log, so name one FILE");
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(
      `Cannot serve ${quote(path)}: --serve follows one log, and this is a folder`,
    );
  }
  return path;
}

/** A log that is not there yet is as good as an empty one. */
async function readOrNothing(
  options: Parameters<PageMaker["read"]>[0],
  { read }: PageMaker,
): ReturnType<PageMaker["read"]> {
  try {
    return await read(options);
  } catch (error) {
    if (!(error instanceof AccessError) || error.code !== "ENOENT") throw error;
    return await read({ ...options, names: [] });
  }
}

/** Goes on when the log cannot be read for a while; each failure is said once. */
function sayingFailures(work: () => Promise<void>): () => Promise<void> {
  let said = "";
  return async () => {
    try {
      await work();
      said = "";
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      if (error.message !== said) writeErrorLine(`timmy-latency: ${error.message}`);
      said = error.message;
    }
  };
}
