/** What readers say with --verbose, by the built executable. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures, run, temporaryFolder } from "../support/binary.ts";

setDefaultTimeout(60_000);

const log = join(fixtures, "before.log");
const costs =
  /^Took (\d+\.\d\d) s \([\d.]+ [KMG]?B\/s\), (\d+\.\d\d) s of CPU time, at most ([\d.]+) MB of memory$/m;

describe("--verbose", () => {
  test("tells of every reader what it has read, and what that has cost", async () => {
    using folder = temporaryFolder();
    const readers = [
      ["analyze", log, "--summary"],
      ["analyze", log],
      ["sessions", log],
      ["check", log, "--budget", "llm.p50<1h"],
      ["compare", log, log],
      ["report", log, "-o", join(folder.path, "page.html")],
      ["export", log, "--to", "ndjson"],
    ];
    const { length: bytes } = readFileSync(log);
    for (const reader of readers) {
      const { stderr, code } = await run([...reader, "--verbose"]);
      const times = reader[0] === "compare" ? 2 : 1;
      expect([reader, code]).toEqual([reader, 0]);
      expect(stderr).toContain(`Read ${bytes * times} bytes, `);
      expect(stderr).toMatch(/^The whole log was read; 0 fallback lines, 0 problems$/m);
      const [, seconds, cpuSeconds, megabytes] = costs.exec(stderr) ?? [];
      expect(Number(seconds)).toBeGreaterThan(0);
      expect(Number(cpuSeconds)).toBeGreaterThan(0);
      // The runtime alone takes more than a few.
      expect(Number(megabytes)).toBeGreaterThan(5);
      expect(Number(megabytes)).toBeLessThan(500);
    }
    expect(readers.length).toBe(7);
  });

  test("is silent without, and with --quiet", async () => {
    for (const more of [[], ["--quiet", "--verbose"]]) {
      expect((await run(["analyze", log, "--summary", ...more])).stderr).toBe("");
    }
  });
});
