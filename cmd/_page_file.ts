import { accessSync, constants, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AccessError, describeSystemError, UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import type { Arguments } from "./_command.ts";
import { locate } from "./_global_options.ts";
import { openingOf, targetOf, writeWholeFile } from "./_whole_file.ts";

/** Who may read the log may read the page. */
const mode = 0o640;
const logName = /\.(?:log|jsonl|ndjson)(?:\.gz|\.zst)?$/;

/** Where a page goes: a file that is written whole or not at all, and never one that is something else. */
export class PageFile {
  readonly #path: string | null;

  /**
   * Looks at the place before the work begins; a null `path` means a new file among the temporary ones.
   *
   * @throws UsageError if something other than a page is there, or a log would be.
   * @throws AccessError if its folder takes no file.
   */
  constructor(path: string | null, args: Arguments) {
    this.#path = path;
    if (path === null) return;
    if (logName.test(path) || isAnyLog(path, args)) {
      throw new UsageError(
        `Cannot write the page to ${quote(path)}: that is where a log belongs; name another file, as in -o page.html`,
      );
    }
    if (existsSync(path) && !isReplaceable(path)) {
      throw new UsageError(
        `Cannot write the page to ${quote(path)}: it is there already, and no page; name another file`,
      );
    }
    try {
      accessSync(dirname(targetOf(path)), constants.W_OK | constants.X_OK);
    } catch (error) {
      throw refusal(path, error);
    }
  }

  /**
   * Writes the page; returns the path of the file.
   *
   * @throws AccessError if it cannot be written.
   */
  write(page: string): string {
    const path = this.#path ?? newTemporaryPath();
    try {
      writeWholeFile(path, page, mode);
      return path;
    } catch (error) {
      throw refusal(path, error);
    }
  }
}

function newTemporaryPath(): string {
  try {
    return join(mkdtempSync(join(tmpdir(), "timmy-latency-page-")), "page.html");
  } catch (error) {
    throw refusal(tmpdir(), error);
  }
}

function refusal(path: string, error: unknown): AccessError {
  return new AccessError(`Cannot write the page ${path}: ${describeSystemError(error)}`);
}

/** An older page, or a file with nothing in it. */
function isReplaceable(path: string): boolean {
  const opening = openingOf(path);
  return opening === "" || (opening?.toLowerCase().startsWith("<!doctype html") ?? false);
}

/** Whether a path leads to a file that is read, or to the usual log. */
function isAnyLog(path: string, args: Arguments): boolean {
  const target = targetOrNull(() => path);
  const logs = [...args._.map((name) => () => name), () => locate(args).path];
  return target !== null && logs.some((log) => targetOrNull(log) === target);
}

/** Null where there is no such folder, or no usual log. */
function targetOrNull(path: () => string): string | null {
  try {
    return targetOf(path());
  } catch {
    return null;
  }
}
