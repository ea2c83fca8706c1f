import { describe, expect, test } from "bun:test";

/** Tools that must be there: comma-separated names in REQUIRE turn NOT RUN into a failure. */
const required = new Set((process.env["REQUIRE"] ?? "").split(",").filter((name) => name !== ""));

/**
 * Declares a suite that needs system tools. Where one is missing the suite says NOT RUN and why
 * instead of passing silently; if REQUIRE names the tool, it fails.
 */
export function describeWithTools(name: string, tools: readonly string[], body: () => void): void {
  const missing = tools.filter((tool) => Bun.which(tool) === null);
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `NOT RUN: ${name}: ${missing.join(", ")} not installed`;
  if (missing.some((tool) => required.has(tool))) {
    test(reason, () => expect(missing).toEqual([]));
  } else {
    test.skip(reason, () => {});
  }
}
