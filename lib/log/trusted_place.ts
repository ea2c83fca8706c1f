import { lstatSync, type Stats, statSync } from "node:fs";
import { AccessError, describeSystemError, errorCode } from "../error.ts";

const writableByOthers = 0o002;
const sticky = 0o1000;
const superuser = 0;

/**
 * Looks at a log before it is rotated; null if there is none. `ownNames` are names of the same file
 * that an interrupted rotation has left.
 *
 * @throws AccessError if rotating could touch somebody else's file or lose events: a symbolic link, a
 * second hard link, another owner, or a folder in which others may swap files.
 */
export function inspectLog(path: string, userId: number | null, ownNames: number): Stats | null {
  const stat = lstatOrNull(path);
  if (stat === null) return null;
  const reason = refusal(stat, userId, ownNames);
  if (reason !== null) throw new AccessError(`Cannot rotate the log ${path}: ${reason}`);
  return stat;
}

/** The log's own status, links not followed; null if there is none. */
function lstatOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot rotate the log ${path}: ${reason}`, errorCode(error));
  }
}

function refusal(stat: Stats, userId: number | null, ownNames: number): string | null {
  if (stat.isSymbolicLink()) return "it is a symbolic link; name the file that it points to";
  if (!stat.isFile()) return "it is no regular file";
  if (stat.nlink - ownNames > 1) {
    return "it has another hard link, under which it would go on being written; remove that name";
  }
  return isForeign(stat, userId)
    ? `it belongs to user ${stat.uid}, not to you (user ${userId}); run as its owner`
    : null;
}

/**
 * Checks a folder in which files are made, renamed and deleted.
 *
 * @throws AccessError if it is no folder, or others may swap the files in it.
 */
export function inspectFolder(path: string, userId: number | null): void {
  try {
    const stat = statSync(path);
    if (!stat.isDirectory()) throw new AccessError("it is no folder");
    if ((stat.mode & writableByOthers) !== 0 && (stat.mode & sticky) === 0) {
      throw new AccessError("everybody may swap files in it; take that right away with chmod o-w");
    }
    if (userId === superuser && stat.uid !== superuser) {
      throw new AccessError(`it belongs to user ${stat.uid}; run as that user, not as root`);
    }
  } catch (error) {
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot rotate in the folder ${path}: ${reason}`, errorCode(error));
  }
}

/** Whether a file belongs to another user. */
export function isForeign(stat: Stats, userId: number | null): boolean {
  return userId !== null && stat.uid !== userId;
}
