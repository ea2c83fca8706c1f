import type { Check, PlaceReport, Verdict } from "../report/doctor_report.ts";
import { formatCount } from "../units/count.ts";
import { formatAge } from "../units/duration.ts";
import { formatSize } from "../units/size.ts";

const writableByOthers = 0o002;
/** Less than this is gone before anybody looks. */
const leastFreeBytes = 64 * 1024 * 1024;
/** A raw archive that has lain for so long tells that nobody rotates any more. */
const forgottenSeconds = 86_400;

const firstEvent = "timmy-latency log $(timmy-latency id) stt stt_transcript_finalized";

/** What is to be said of the log's place, one line a check, in the order of reading. */
export function judgePlace(place: PlaceReport, nowSeconds: number): Check[] {
  return [
    good("log", `${place.log} (by ${place.rule})`),
    judgeExistence(place),
    judgeWriting(place),
    judgeRotation(place),
    judgeFileSystem(place),
    judgeLease(place),
    judgeLock(place),
    judgeArchives(place),
    ...judgeUnfinished(place, nowSeconds),
    judgeDisk(place),
  ];
}

/** A check that found nothing to say. */
export function good(name: string, value: string): Check {
  return { name, verdict: "good", value, advice: null };
}

/** A check that found something, and what to do about it. */
export function advise(name: string, verdict: Verdict, value: string, advice: string): Check {
  return { name, verdict, value, advice };
}

function judgeExistence(place: PlaceReport): Check {
  const name = "exists";
  const { kind, bytes, mode, owner } = place;
  if (kind === null && place.isLink) {
    return advise(
      name,
      "care",
      "no",
      "The path is a link to nothing; remove it or make its target",
    );
  }
  if (kind === null && place.readRefusal !== null) {
    return advise(name, "care", "no", `The path cannot be followed: ${place.readRefusal}`);
  }
  if (kind === null) return advise(name, "care", "no", `Write the first event with: ${firstEvent}`);
  if (kind !== "file") {
    return advise(name, "care", `as a ${kind}`, "A log is a regular file; choose another path");
  }
  const link = place.isLink ? ", through a link" : "";
  const bits = (mode ?? 0).toString(8).padStart(4, "0");
  const value = `${formatSize(bytes ?? 0)}, mode ${bits}, user ${owner}${link}`;
  if (place.readRefusal !== null) {
    return advise(name, "care", value, `It cannot be read: ${place.readRefusal}`);
  }
  return ((mode ?? 0) & writableByOthers) === 0
    ? good(name, value)
    : advise(
        name,
        "note",
        value,
        "Everybody on this machine may write to it; chmod o-w prevents it",
      );
}

function judgeWriting({ writeRefusal }: PlaceReport): Check {
  return writeRefusal === null
    ? good("writable", "yes")
    : advise("writable", "care", "no", `Events are lost: ${writeRefusal}`);
}

function judgeRotation({ rotateRefusal, kind }: PlaceReport): Check {
  if (rotateRefusal !== null) return advise("can rotate", "care", "no", rotateRefusal);
  return good("can rotate", kind === null ? "there is nothing yet" : "yes");
}

function judgeFileSystem({ fileSystem: { type, mountPoint, reach } }: PlaceReport): Check {
  const name = "file system";
  const value = mountPoint === null ? type : `${type} at ${mountPoint}`;
  switch (reach) {
    case "local":
      return good(name, `${value}, appends are safe`);
    case "shared":
      return advise(
        name,
        "care",
        `${value}, appends are not safe`,
        "Another system may write there as well, and lines of both can overwrite each other; " +
          "give each system a log of its own, and name both files to analyze",
      );
    case "fuse":
      return advise(
        name,
        "note",
        `${value}, appends may not be safe`,
        "It depends on the program behind this file system whether lines of two writers stay apart; " +
          "a local disk is safe",
      );
    case "unknown":
      return advise(
        name,
        "note",
        `${value}, nothing known of its appends`,
        "If another system can write there as well, keep the log on a local disk",
      );
  }
}

function judgeLease({ lease, kind }: PlaceReport): Check {
  const later =
    "rotate packs an archive in a later run, once its size has stayed the same for a minute";
  switch (lease) {
    case "available":
      return good("leases", "available");
    case "incomplete":
      return advise("leases", "note", "do not tell of every writer here", `So ${later}`);
    case "refused":
      return advise("leases", "note", "refused by the system", `So ${later}`);
    case "untried":
      if (kind === null) return good("leases", "there is nothing yet");
      return advise(
        "leases",
        "note",
        "not tried",
        "No file could be made beside the log to try one",
      );
  }
}

function judgeLock({ lock: { state, holder } }: PlaceReport): Check {
  if (state === "free") return good("lock", "free");
  if (state === "unknown") return good("lock", "cannot be looked up here");
  const who = holder === null ? "another process" : `process ${holder}`;
  return advise(
    "lock",
    "note",
    `held by ${who}`,
    "A rotate or clear is at work; the next one waits for no one and exits 3",
  );
}

function judgeArchives({ archives }: PlaceReport): Check {
  if (archives === null) {
    return advise("archives", "note", "out of sight", "The log's folder cannot be read");
  }
  const { count, bytes, leftovers } = archives;
  const value = count === 0 ? "none" : `${count}, ${formatSize(bytes)}`;
  if (leftovers === 0) return good("archives", value);
  const files = formatCount(leftovers, "leftover");
  return advise("archives", "note", `${value}, ${files}`, "The next rotate looks after them");
}

function judgeUnfinished({ archives, lock }: PlaceReport, nowSeconds: number): Check[] {
  const name = "unfinished";
  if (archives === null) return [];
  const { unfinished } = archives;
  if (unfinished.length === 0) return [good(name, "none")];
  const bytes = unfinished.reduce((sum, archive) => sum + archive.bytes, 0);
  const value = `${formatCount(unfinished.length, "raw archive")}, ${formatSize(bytes)}`;
  const oldest = Math.min(...unfinished.map(({ lastWriteSeconds }) => lastWriteSeconds));
  const age = nowSeconds - oldest;
  if (lock.state === "held") {
    return [advise(name, "note", value, "A rotate is probably at work on it")];
  }
  const way = "its events are safe, and the next rotate finishes it";
  return age < forgottenSeconds
    ? [advise(name, "note", value, `Left by a rotate: ${way}`)]
    : [advise(name, "care", value, `Left for ${formatAge(age)}: ${way}, but none has come`)];
}

function judgeDisk({ freeBytes, bytes, rotateRefusal, kind }: PlaceReport): Check {
  const name = "disk space";
  if (freeBytes === null) return good(name, "unknown");
  const value = `${formatSize(freeBytes)} free`;
  if (freeBytes < leastFreeBytes) {
    return advise(
      name,
      "care",
      value,
      "When it is used up events are lost; make room, or rotate with --keep-for",
    );
  }
  const needsRoom = kind === "file" && rotateRefusal === null && freeBytes < (bytes ?? 0);
  return needsRoom
    ? advise(name, "note", value, "That is less than the log's size; rotate needs room to pack it")
    : good(name, value);
}
