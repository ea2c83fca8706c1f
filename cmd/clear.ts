import { lstatSync } from "node:fs";
import { AccessError, describeSystemError, errorCode, UsageError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { countEvents, type LogContent, truncateLog } from "../lib/log/clear.ts";
import { withLock } from "../lib/log/lock.ts";
import { jsonSchema } from "../lib/render/json.ts";
import { formatCount } from "../lib/units/count.ts";
import { formatSize } from "../lib/units/size.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { messagesFor, writeOut } from "./_output.ts";
import { canAsk, confirm } from "./_prompt.ts";
import { plainRotation, previewAndSay, rotateAndSay } from "./_rotation.ts";

const maxLineBytes = 1024 * 1024;

/** `timmy-latency clear`: empties the log. */
export const command: Command = {
  meta: { name: "clear", description: "empty the log" },
  args: {
    archive: { type: "boolean", description: "rotate instead: nothing is lost, and nothing asked" },
    yes: { type: "boolean", description: "do not ask" },
    "dry-run": { type: "boolean", description: "only say what would happen" },
  },
  details: [
    "Says how many events go, and asks first; without a terminal it wants --yes. Services may go on " +
      "writing meanwhile. The events are gone for good, unless --archive: then the log is rotated, as " +
      "the word rotate does it.",
  ],
  examples: [
    "timmy-latency clear --dry-run",
    "timmy-latency clear --yes",
    "timmy-latency clear --archive",
  ],
  formats: ["text", "json"],
  async run({ args }) {
    if (isOn(args, "archive")) return rotateInstead(args);
    try {
      return await clear(args);
    } catch (error) {
      // A program that reads JSON gets a document also where nothing could be cleared.
      if (!(error instanceof UsageError)) sayJson(args, null, false);
      throw error;
    }
  },
};

async function clear(args: Arguments): Promise<ExitCode> {
  const { path, rule } = locateFile(args);
  const size = sizeOf(path);
  if (size === null && rule === "--log") {
    throw new AccessError(`Cannot clear the log ${path}: no such file or directory`, "ENOENT");
  }
  if (size === null || size === 0) {
    sayJson(args, { events: 0, bytes: 0 }, false);
    return exitCodes.fine;
  }
  if (isOn(args, "dry-run")) {
    const content = await countEvents(path, maxLineBytes);
    writeText(args, `Would clear ${describe(content)} from ${escapeControls(path)}\n`);
    sayJson(args, content, false);
    return exitCodes.fine;
  }
  const isSure = isOn(args, "yes");
  if (!isSure && !canAsk()) {
    throw new UsageError("Cannot ask whether to clear the log: add --yes, or --dry-run to look");
  }
  const content = await countEvents(path, maxLineBytes);
  const question = `Clear ${describe(content)} from ${escapeControls(path)}?`;
  if (!isSure && !(await confirm(question))) {
    await messagesFor(args).note("Nothing was cleared");
    sayJson(args, content, false);
    return exitCodes.no;
  }
  const cleared = await withLock(path, async () => {
    // Events may have come since the question.
    const now = sizeOf(path) === content.bytes ? content : await countEvents(path, maxLineBytes);
    truncateLog(path);
    return now;
  });
  if (!isOn(args, "quiet")) {
    writeText(args, `Cleared ${describe(cleared)} from ${escapeControls(path)}\n`);
  }
  sayJson(args, cleared, true);
  return exitCodes.fine;
}

async function rotateInstead(args: Arguments): Promise<ExitCode> {
  const settings = await plainRotation(args);
  return isOn(args, "dry-run") ? previewAndSay(args, settings) : rotateAndSay(args, settings);
}

/** The log's size in bytes, null if there is none. */
function sizeOf(path: string): number | null {
  try {
    const stat = lstatSync(path);
    if (stat.isFile()) return stat.size;
    throw new AccessError(
      stat.isSymbolicLink() ? "it is a symbolic link" : "it is no regular file",
    );
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw new AccessError(`Cannot clear the log ${path}: ${describeSystemError(error)}`);
  }
}

function describe({ events, bytes }: LogContent): string {
  return `${formatCount(events, "event")} (${formatSize(bytes)})`;
}

function isJson(args: Arguments): boolean {
  return textOf(args, "format") === "json";
}

function writeText(args: Arguments, text: string): void {
  if (!isJson(args)) writeOut(text);
}

/** The log's path, null if none can be found. */
function pathOrNull(args: Arguments): string | null {
  try {
    return locateFile(args).path;
  } catch {
    return null;
  }
}

/** With `--format json`: what the log held, null if that is not known, and whether it is cleared. */
function sayJson(args: Arguments, content: LogContent | null, cleared: boolean): void {
  if (!isJson(args)) return;
  const { events, bytes } = content ?? { events: null, bytes: null };
  const log = pathOrNull(args);
  const document = {
    schema: jsonSchema,
    log,
    events,
    bytes,
    cleared,
    dry_run: isOn(args, "dry-run"),
  };
  writeOut(`${JSON.stringify(document)}\n`);
}
