import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute } from "node:path";
import { AccessError } from "../lib/error.ts";

/**
 * The user's home folder as the user database has it, for where HOME is missing or relative.
 * `userInfo()` alone will not do: in Bun it answers with HOME, whatever that holds.
 *
 * @throws AccessError if the user has none, as in a container that runs under a bare number.
 */
export function homeFolder(): string {
  const user = process.getuid?.();
  const found = user === undefined ? undefined : fromPasswd(user);
  const folder = found ?? fromSystem();
  if (folder !== undefined && isAbsolute(folder)) return folder;
  throw new AccessError(
    `Cannot find the log: user ${user} has no home folder; set TIMMY_LATENCY_LOG, or name it with --log`,
  );
}

function fromPasswd(user: number): string | undefined {
  try {
    const entries = readFileSync("/etc/passwd", "utf8").split("\n");
    return entries.map((entry) => entry.split(":")).find((entry) => entry[2] === String(user))?.[5];
  } catch {
    return undefined;
  }
}

/** Users that a network directory knows. */
function fromSystem(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
