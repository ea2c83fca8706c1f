/** Thirty days of a machine that logs by day and rotates by night, as cron would have it. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { binary, type Run, runProgram, temporaryFolder } from "../support/binary.ts";
import { contentOf } from "../support/rotation.ts";
import { describeWithTools } from "../support/tools.ts";

// Some hundred starts of the binary, on a machine that may have other work.
setDefaultTimeout(120_000);

const days = 30;
const requestsADay = 400;

/** Noon of a day, counted from 1; nights are a second later each day, as cron is never on time. */
const noon = (day: number) => new Date(Date.UTC(2026, 0, day, 12));
const night = (day: number) => new Date(Date.UTC(2026, 0, day + 1, 3, 0, day));

async function at(moment: Date, cwd: string, args: readonly string[], stdin = ""): Promise<Run> {
  const clock = moment.toISOString().slice(0, 19).replace("T", " ");
  const result = await runProgram(["faketime", clock, binary, ...args], {
    cwd,
    stdin,
    env: { TIMMY_LATENCY_LOG: join(cwd, "voice.log"), TZ: "UTC" },
  });
  // A killed faketime leaves a semaphore behind, which stops the next one that gets its process id.
  const isInTheWay = result.stderr.startsWith("faketime: sem_open: File exists");
  return isInTheWay ? at(moment, cwd, args, stdin) : result;
}

function linesOfDay(day: number): string {
  return Array.from({ length: requestsADay }, (_, index) => {
    const id = `d${String(day).padStart(2, "0")}r${String(index).padStart(4, "0")}`;
    return `${id} stt stt_transcript_finalized {"text_length": ${index}}\n${id} v34 v34_ollama_sent\n`;
  }).join("");
}

describeWithTools("a month of cron", ["faketime"], () => {
  test("keeps the archives of ten days, and a question about two days reads little more", async () => {
    using folder = temporaryFolder();
    for (let day = 1; day <= days; day++) {
      const logged = await at(
        noon(day),
        folder.path,
        ["log", "--stdin", "--strict"],
        linesOfDay(day),
      );
      expect({ day, ...logged }).toEqual({ day, code: 0, stdout: "", stderr: "" });
      const rotate = ["rotate", "--keep-for", "10d", "--yes", "--quiet"];
      const rotated = await at(night(day), folder.path, rotate);
      expect({ day, ...rotated }).toEqual({ day, code: 0, stdout: "", stderr: "" });
    }
    const archives = readdirSync(folder.path)
      .filter((name) => name.endsWith(".log.gz"))
      .sort();
    // The night of day 20 is ten days and ten seconds ago.
    const kept = Array.from({ length: 10 }, (_, index) => days - 9 + index);
    expect(archives.map((name) => contentOf(join(folder.path, name)).match(/d\d\dr/)?.[0])).toEqual(
      kept.map((day) => `d${day}r`),
    );
    const stamps = kept.map((day) => night(day).toISOString().slice(0, 10).replaceAll("-", ""));
    expect(archives.map((name) => /-(\d{8})T0300\d\dZ/.exec(name)?.[1])).toEqual(stamps);

    const evening = new Date(noon(days + 1).getTime() + 8 * 3_600_000);
    await at(noon(days + 1), folder.path, ["log", "--stdin", "--strict"], linesOfDay(days + 1));
    const ask = async (...options: string[]) => {
      const asked = await at(evening, folder.path, [
        "analyze",
        folder.path,
        "--summary",
        "--format",
        "json",
        ...options,
      ]);
      expect(asked).toMatchObject({ code: 0, stderr: "" });
      return JSON.parse(asked.stdout) as {
        summary: { figures: { total: { n: number } } };
        log: { scope: string; bytes: number; bytes_read: number };
      };
    };
    const all = await ask();
    expect(all.log.scope).toBe("whole");
    expect(all.summary.figures.total.n).toBe(11 * requestsADay);
    const recent = await ask("--since", "2d");
    expect(recent.log.scope).toBe("part");
    expect(recent.summary.figures.total.n).toBe(2 * requestsADay);
    expect(recent.log.bytes_read).toBeLessThan(all.log.bytes_read * 0.4);
  });
});
