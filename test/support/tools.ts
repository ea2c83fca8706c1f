import { describe, expect, test } from "bun:test";

/** Tools that must be there: comma-separated names in REQUIRE turn NOT RUN into a failure. */
const required = new Set((process.env["REQUIRE"] ?? "").split(",").filter((name) => name !== ""));

/**
 * Declares a suite that needs system tools. Where one is missing the suite says NOT RUN and why
 * instead of passing silently; if REQUIRE names the tool, it fails.
 */
export function describeWithTools(name: string, tools: readonly string[], body: () => void): void {
  const missing = tools.filter((tool) => Bun.which(tool) === null);
  const obstacle = missing.length === 0 ? null : `${missing.join(", ")} not installed`;
  if (missing.some((tool) => required.has(tool))) {
    test(`NOT RUN: ${name}: ${obstacle}`, () => expect(missing).toEqual([]));
  } else {
    describeUnless(name, obstacle, body);
  }
}

/** Declares a suite, or says NOT RUN and why if there is an `obstacle`. */
export function describeUnless(name: string, obstacle: string | null, body: () => void): void {
  if (obstacle === null) describe(name, body);
  else test.skip(`NOT RUN: ${name}: ${obstacle}`, () => {});
}
