import { UsageError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { previewRotation } from "../lib/log/rotation/rotate.ts";
import { hasRetention, type RotationSettings } from "../lib/log/rotation/rotation_settings.ts";
import { formatCount } from "../lib/units/count.ts";
import { requireDuration } from "../lib/units/duration.ts";
import { requireSize } from "../lib/units/size.ts";
import { type Arguments, type Command, isOn, textOf } from "./_command.ts";
import { exitCodes, strongest } from "./_exit_codes.ts";
import { messagesFor, writeErrorLine } from "./_output.ts";
import { canAsk, confirm } from "./_prompt.ts";
import { plainRotation, previewAndSay, rotateAndSay } from "./_rotation.ts";
import { findUnshipped } from "./_unshipped.ts";
import { requireCount, requireOneOf } from "./_values.ts";

const packings = ["gzip", "zstd", "none"] as const;

/** `timmy-latency rotate`: makes an archive of the log, and deletes old ones if told to. */
export const command: Command = {
  meta: { name: "rotate", description: "make an archive of the log" },
  args: {
    "max-size": { type: "string", valueHint: "SIZE", description: "only if it has that size" },
    "max-age": {
      type: "string",
      valueHint: "D",
      description: "only if its first event is that old",
    },
    force: { type: "boolean", description: "whatever its size and age" },
    keep: { type: "string", valueHint: "N", description: "delete all but the newest N archives" },
    "keep-for": {
      type: "string",
      valueHint: "D",
      description: "delete archives rotated longer ago, as in 30d",
    },
    adopt: {
      type: "boolean",
      description: "count the Python tracker's latency_archive_DATE.log among the archives",
    },
    compress: {
      type: "string",
      valueHint: "HOW",
      values: packings,
      description: "gzip (as usual), zstd or none",
    },
    "archive-dir": {
      type: "string",
      valueHint: "DIR",
      completes: "folder",
      description: "where archives go; the log's folder unless told otherwise",
    },
    "dry-run": { type: "boolean", description: "only say what would happen" },
    "even-unshipped": {
      type: "boolean",
      description: "delete archives also if export has not stored them yet",
    },
    yes: { type: "boolean", description: "do not ask before deleting archives" },
  },
  details: [
    "Loses no line, whoever is writing meanwhile: the log is swapped for an empty one in one step, and " +
      "packed once the kernel says that no writer has the old one open. A writer that keeps it open " +
      "keeps it unpacked; the next rotate goes on. Killed at any moment, it leaves nothing that the " +
      "next rotate does not tidy up.",
    "Archives are called latency-20251127T143005Z-0001.log.gz and sort by time; " +
      "latency.manifest.ndjson lists what is in them. Without --max-size and --max-age every log that " +
      "is not empty is rotated; with both, either will do.",
    "Nothing is deleted unless --keep or --keep-for says so, and then only what is known to be an " +
      "archive of this log. That asks first; without a terminal it wants --yes. With both, either " +
      "deletes. A log that export ships to ClickHouse keeps all archives as long as one of these is " +
      "not stored; then rotate exits 1.",
    "For cron: set TIMMY_LATENCY_LOG, and add --quiet. On a file system that is not local (a Windows " +
      "drive, NFS), an archive is packed by a later run, when its size has stayed the same for a " +
      "minute. Memory: a few blocks, whatever the size of the log.",
  ],
  examples: [
    "timmy-latency rotate",
    "timmy-latency rotate --max-size 100M --keep 14 --yes",
    "timmy-latency rotate --max-age 1d --keep-for 30d --dry-run",
  ],
  formats: ["text", "json"],
  async run({ args }) {
    const settings = await settingsOf(args);
    if (isOn(args, "dry-run")) return previewAndSay(args, settings);
    if (!hasRetention(settings)) return rotateAndSay(args, settings);
    if (!isOn(args, "even-unshipped") && (await refusesToDelete(settings))) {
      const code = await rotateAndSay(args, { ...settings, agreedDeletions: new Set() });
      return strongest([code, exitCodes.no]);
    }
    if (isOn(args, "yes")) return rotateAndSay(args, settings);
    if (!canAsk()) {
      throw new UsageError(
        "Cannot ask whether to delete archives: add --yes, or --dry-run to look first",
      );
    }
    return rotateAndSay(args, { ...settings, agreedDeletions: await askFor(args, settings) });
  },
};

async function settingsOf(args: Arguments): Promise<RotationSettings> {
  const [maxSize, maxAge, keep, keepFor, compress, archiveDir] = (
    ["max-size", "max-age", "keep", "keep-for", "compress", "archive-dir"] as const
  ).map((name) => textOf(args, name));
  const packing = requireOneOf(compress ?? "gzip", "--compress", packings);
  const retention = {
    keep: keep === undefined ? null : requireCount(keep, "--keep", "--keep 14"),
    keepForSeconds: keepFor === undefined ? null : requireDuration(keepFor, "--keep-for"),
  };
  const plain = await plainRotation(args);
  return {
    ...plain,
    archiveFolder: archiveDir ?? plain.archiveFolder,
    packing: packings.find((known) => known === packing) ?? plain.packing,
    maxSizeBytes: maxSize === undefined ? null : requireSize(maxSize, "--max-size"),
    maxAgeSeconds: maxAge === undefined ? null : requireDuration(maxAge, "--max-age"),
    force: isOn(args, "force"),
    adopt: isOn(args, "adopt"),
    retention,
  };
}

/** Whether an archive that would be deleted is not stored yet where the log is shipped to; says so. */
async function refusesToDelete(settings: RotationSettings): Promise<boolean> {
  const { actions } = await previewRotation(settings);
  const deletions = actions.filter(({ step }) => step === "delete").map(({ file }) => file);
  const [first, ...others] = await findUnshipped(settings.logPath, deletions);
  if (first === undefined) return false;
  const more = others.length === 0 ? "" : ` and ${formatCount(others.length, "other")}`;
  writeErrorLine(
    `timmy-latency: Cannot delete ${first}${more}: not shipped yet; nothing is deleted; ` +
      "run export --to clickhouse://… first, or add --even-unshipped",
  );
  return true;
}

/** Shows which archives would be deleted and asks; what was not agreed to stays. */
async function askFor(args: Arguments, settings: RotationSettings): Promise<ReadonlySet<string>> {
  const { actions } = await previewRotation(settings);
  const deletions = actions.filter(({ step }) => step === "delete");
  if (deletions.length === 0) return new Set();
  for (const { file, reason } of deletions) writeErrorLine(`  ${escapeControls(file)}: ${reason}`);
  const what = deletions.length === 1 ? "this archive" : `these ${deletions.length} archives`;
  if (await confirm(`Delete ${what}?`)) return new Set(deletions.map(({ file }) => file));
  await messagesFor(args).note("No archive is deleted");
  return new Set();
}
