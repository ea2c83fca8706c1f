import { lstatSync } from "node:fs";
import { AccessError, describeSystemError, errorCode, UsageError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { countEvents, type LogContent, truncateLog } from "../lib/log/clear.ts";
import { withLock } from "../lib/log/lock.ts";
import { jsonSchema } from "../lib/render/json.ts";
import { formatSize } from "../lib/units/size.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locate } from "./_global_options.ts";
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
    const { path, rule } = locate(args);
    const size = sizeOf(path);
    if (size === null && rule === "--log") {
      throw new AccessError(`Cannot clear the log ${path}: no such file or directory`, "ENOENT");
    }
    if (size === null || size === 0) return exitCodes.fine;
    if (isOn(args, "dry-run")) {
      say(args, path, await countEvents(path, maxLineBytes));
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
      return exitCodes.no;
    }
    await withLock(path, async () => {
      // Events may have come since the question.
      const cleared =
        sizeOf(path) === content.bytes ? content : await countEvents(path, maxLineBytes);
      truncateLog(path);
      say(args, path, cleared);
    });
    return exitCodes.fine;
  },
};

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
  return `${events} ${events === 1 ? "event" : "events"} (${formatSize(bytes)})`;
}

function say(args: Arguments, path: string, content: LogContent): void {
  const isDry = isOn(args, "dry-run");
  if (textOf(args, "format") === "json") {
    const { events, bytes } = content;
    writeOut(
      `${JSON.stringify({ schema: jsonSchema, log: path, events, bytes, dry_run: isDry })}\n`,
    );
  } else if (isDry || !isOn(args, "quiet")) {
    const verb = isDry ? "Would clear" : "Cleared";
    writeOut(`${verb} ${describe(content)} from ${escapeControls(path)}\n`);
  }
}
