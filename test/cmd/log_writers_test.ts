import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { runShell, temporaryFolder } from "../support/binary.ts";
import { linesOf } from "../support/log_lines.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

describe("many writers", () => {
  const writers = 64;
  /** FAULT=full is `bun run fault`: ten minutes of patience instead of seconds. */
  const isFull = process.env["FAULT"] === "full";
  const starts = isFull ? 200 : 15;
  const patienceMs = isFull ? 600_000 : 60_000;

  test(
    `log by ${writers} processes at once, ${starts} times each, loses and mixes nothing`,
    async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, "voice.log");
      const script =
        'for ((i = 0; i < $2; i++)); do timmy log "w$1-$i" stt stt_x --meta "i=$i" || exit; done';
      const ran = await Promise.all(
        Array.from({ length: writers }, (_, writer) =>
          runShell(script, [String(writer), String(starts)], {
            env: { TIMMY_LATENCY_LOG: path },
            patienceMs,
          }),
        ),
      );
      expect(ran.filter(({ code, stderr }) => code !== 0 || stderr !== "")).toEqual([]);
      const ids = linesOf(path).map((line) => line.request_id);
      expect(ids).toHaveLength(writers * starts);
      const wanted = Array.from({ length: writers * starts }, (_, index) => {
        return `w${Math.floor(index / starts)}-${index % starts}`;
      });
      expect(ids.sort()).toEqual(wanted.sort());
    },
    patienceMs,
  );
});
