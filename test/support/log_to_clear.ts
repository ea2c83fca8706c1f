import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { temporaryFolder } from "./binary.ts";

/** A whole line of a log. */
export const line = encodeEvent({
  timestampSeconds: 1764253805,
  requestId: "abc123de",
  service: "stt",
  name: "stt_x",
  metadata: {},
});

/** A folder with a log of two events. */
export function folderWithLog() {
  const folder = temporaryFolder();
  const path = join(folder.path, "voice.log");
  writeFileSync(path, line + line);
  return {
    cwd: folder.path,
    path,
    text: () => readFileSync(path, "utf8"),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** How `clear` describes what that log holds. */
export const content = `2 events (${2 * line.length} B) from voice.log`;
