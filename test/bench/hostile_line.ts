/** What one line of 1 MiB that was made to hurt costs `analyze`, against a log of one event. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { binary, temporaryFolder } from "../support/binary.ts";
import { compareInTurns, timed } from "./_interleave.ts";

const rounds = 20;
const lineBytes = 1024 * 1024;
const openings = ['{"a":', '{"timestamp"', "[", '{"timestamp": 1, "metadata": {"a":', '"', "x"];

/** Prints the time of a whole run of `analyze` for each kind of line. */
export async function run(): Promise<void> {
  using folder = temporaryFolder();
  const event = encodeEvent({
    timestampSeconds: 1764253805,
    requestId: "abc123de",
    service: "stt",
    name: "stt_x",
    metadata: {},
  });
  const logs = ["", ...openings].map((opening, index) => {
    const path = join(folder.path, `${index}.log`);
    const line = opening.repeat(Math.floor(lineBytes / Math.max(1, opening.length)));
    writeFileSync(path, `${line}\n${event}`);
    return { name: opening === "" ? "no such line" : `1 MiB of ${opening}`, path };
  });
  await compareInTurns(
    logs.map(({ name, path }) =>
      timed(name, () => {
        Bun.spawnSync([binary, "analyze", path], { stdio: ["ignore", "ignore", "ignore"] });
      }),
    ),
    rounds,
    "ms",
  );
}
