import { UsageError } from "../lib/error.ts";
import type { ReaderOptions } from "../lib/pipeline/reading.ts";
import { type Sampling, sampleLog } from "../lib/pipeline/sample_log.ts";
import type { Sides } from "../lib/report/comparison_report.ts";
import { type Arguments, textOf } from "./_command.ts";
import { locate } from "./_global_options.ts";
import { nowSeconds } from "./_reader.ts";
import { requireWindow, type Window } from "./_window.ts";

/**
 * The two stretches of one log that the options name, or null where two logs are named.
 *
 * @throws UsageError for one without the other, and for more or fewer logs than are wanted.
 */
export function windowsOf(args: Arguments): Sides<Window> | null {
  const windows = parseWindows(args);
  requireNames(args, windows);
  return windows;
}

function parseWindows(args: Arguments): Sides<Window> | null {
  const [before, after] = [textOf(args, "before"), textOf(args, "after")];
  if (before === undefined && after === undefined) return null;
  if (before === undefined || after === undefined) {
    const [given, other] = before === undefined ? ["--after", "--before"] : ["--before", "--after"];
    throw new UsageError(`Cannot use ${given} alone: write ${other} T..T as well`);
  }
  const surplus = ["since", "until"].find((name) => textOf(args, name) !== undefined);
  if (surplus !== undefined) {
    throw new UsageError(`Cannot use --${surplus} with --before and --after: they say it all`);
  }
  const now = nowSeconds();
  return {
    before: requireWindow(before, "--before", now),
    after: requireWindow(after, "--after", now),
  };
}

function requireNames({ _: names }: Arguments, windows: Sides<Window> | null): void {
  const way =
    "write compare BEFORE AFTER, or one log with --before T..T --after T..T; a folder or a quoted glob " +
    "stands for several logs";
  if (windows === null && names.length < 2) {
    throw new UsageError(`Missing ${names.length === 0 ? "BEFORE and AFTER" : "AFTER"}: ${way}`);
  }
  if (names.length > (windows === null ? 2 : 1)) {
    throw new UsageError(`Cannot compare ${names.length} logs: ${way}`);
  }
  if (windows === null && names.every((name) => name === "-")) {
    throw new UsageError("Cannot read both sides from standard input: name a log for one of them");
  }
}

/** Whether some request may belong to both. */
export function doOverlap({ before, after }: Sides<Window>): boolean {
  const { sinceSeconds: since = Number.NEGATIVE_INFINITY } = before;
  const { untilSeconds: until = Number.POSITIVE_INFINITY } = before;
  return (
    since < (after.untilSeconds ?? Number.POSITIVE_INFINITY) &&
    (after.sinceSeconds ?? Number.NEGATIVE_INFINITY) < until
  );
}

/**
 * Reads the samples of both sides: of two logs one after the other, of one log in one go.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function readSides(
  options: ReaderOptions,
  windows: Sides<Window> | null,
  adjust: boolean,
): Promise<Sides<Sampling>> {
  const { selection, names } = options;
  if (windows !== null) {
    const selections = [windows.before, windows.after].map((one) => ({ ...selection, ...one }));
    const [before, after] = await sampleLog(options, selections, adjust);
    return { before: present(before), after: present(after) };
  }
  const [[before], [after]] = [
    await sampleLog({ ...options, names: names.slice(0, 1) }, [selection], adjust),
    await sampleLog({ ...options, names: names.slice(1) }, [selection], adjust),
  ];
  return { before: present(before), after: present(after) };
}

function present(sampling: Sampling | undefined): Sampling {
  if (sampling === undefined) throw new Error("A log gave no samples for a selection");
  return sampling;
}

/** What the sides were read from, as the user wrote it. */
export function sourcesOf(args: Arguments): Sides<string> {
  const { _: names } = args;
  if (textOf(args, "before") === undefined)
    return { before: names[0] ?? "", after: names[1] ?? "" };
  const log = names[0] ?? locate(args).path;
  return {
    before: `${log} ${textOf(args, "before")}`,
    after: `${log} ${textOf(args, "after")}`,
  };
}
