import { UsageError } from "../error.ts";
import { findLogs } from "./find_logs.ts";
import { standardInput } from "./standard_input.ts";

/**
 * Makes sure that logs can be read more than once, as `option` has to.
 *
 * @throws UsageError for standard input and pipes, which are gone once they are read.
 * @throws AccessError if a name stands for nothing.
 */
export function requireLasting(names: readonly string[], option: string): void {
  const passing = findLogs(names).find(({ stat }) => stat === null || !stat.isFile());
  if (passing === undefined) return;
  const what = passing.path === standardInput ? "standard input" : `the pipe ${passing.path}`;
  throw new UsageError(
    `Cannot use ${option} with ${what}: the log is read twice; write it to a file first`,
  );
}
