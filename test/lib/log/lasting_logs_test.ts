import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../../lib/error.ts";
import { requireLasting } from "../../../lib/log/lasting_logs.ts";
import { runProgram, temporaryFolder } from "../../support/binary.ts";

test("requireLasting() takes files and folders, and turns away what can be read once", async () => {
  using folder = temporaryFolder();
  const log = join(folder.path, "x.log");
  writeFileSync(log, "");
  requireLasting([log], "--twice");
  requireLasting([folder.path], "--twice");
  expect(() => requireLasting([log, "-"], "--twice")).toThrow(
    new UsageError(
      "Cannot use --twice with standard input: the log is read twice; write it to a file first",
    ),
  );
  const pipe = join(folder.path, "pipe");
  await runProgram(["mkfifo", pipe]);
  expect(() => requireLasting([pipe], "--twice")).toThrow(`with the pipe ${pipe}: `);
});
