/**
 * Golden cases are data. Each file of test/cases holds a list of them: what was typed, what was there,
 * what came out. A bug report becomes a test by being written down there.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeEvent } from "../lib/event/encode.ts";
import type { Metadata } from "../lib/event/timing_event.ts";
import { fixtures, run, temporaryFolder } from "./support/binary.ts";
import { hideCosts } from "./support/run_costs.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

/** A line of a file: as it stands, or an event to be written in the canonical layout. */
type Line =
  | string
  | [timestamp: number, id: string, service: string, event: string, metadata?: Metadata];

/** A case. In texts `{folder}` is its working directory and `{fixtures}` the small logs. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** Other spellings of the arguments that must give the same bytes. */
  readonly also?: readonly (readonly string[])[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: readonly Line[];
  /** What stands in the working directory before. */
  readonly files?: Readonly<Record<string, readonly Line[]>>;
  /** The lines of stdout; absent: nothing, or see `json`. */
  readonly stdout?: readonly string[];
  /** Instead of `stdout`: stdout is one JSON document that holds at least this. */
  readonly json?: Record<string, unknown>;
  readonly stderr?: readonly string[];
  /** Absent: 0. */
  readonly code?: number;
  /** What stands in the working directory after, null if nothing of that name may. */
  readonly after?: Readonly<Record<string, readonly Line[] | null>>;
}

const folder = join(import.meta.dir, "cases");
/** Raised when cases are added: a file that is no longer found must not pass as success. */
const atLeast = 404;

const names = [...new Bun.Glob("**/*.json").scanSync(folder)].sort();
let listed = 0;
let met = 0;

for (const name of names) {
  const cases = JSON.parse(readFileSync(join(folder, name), "utf8")) as readonly Case[];
  listed += cases.length;
  describe(name.replace(/\.json$/, ""), () => {
    for (const one of cases) test(one.name, () => prove(one));
  });
}

afterAll(() => {
  expect(names.length).toBeGreaterThan(0);
  expect(met).toBe(listed);
  expect(listed).toBeGreaterThanOrEqual(atLeast);
});

async function prove(one: Case): Promise<void> {
  const spellings = [one.args, ...(one.also ?? [])];
  for (const args of spellings) {
    using place = temporaryFolder();
    const fill = (text: string) =>
      text.replaceAll("{folder}", place.path).replaceAll("{fixtures}", fixtures);
    for (const [file, lines] of Object.entries(one.files ?? {})) {
      mkdirSync(dirname(join(place.path, file)), { recursive: true });
      writeFileSync(join(place.path, file), textOf(lines));
    }
    const env = Object.entries(one.env ?? {}).map(([key, value]) => [key, fill(value)]);
    const ran = await run(args.map(fill), {
      cwd: place.path,
      env: Object.fromEntries(env),
      ...(one.stdin === undefined ? {} : { stdin: textOf(one.stdin) }),
    });
    const printed = one.json === undefined ? linesOf(ran.stdout) : [];
    expect({
      args,
      stdout: printed,
      stderr: linesOf(hideCosts(ran.stderr)),
      code: ran.code,
    }).toEqual({
      args,
      stdout: (one.stdout ?? []).map(fill),
      stderr: (one.stderr ?? []).map(fill),
      code: one.code ?? 0,
    });
    if (one.json !== undefined) expect(JSON.parse(ran.stdout)).toMatchObject(one.json);
    for (const [file, lines] of Object.entries(one.after ?? {})) {
      const path = join(place.path, file);
      const found = existsSync(path) ? readFileSync(path, "utf8") : null;
      expect({ file, text: found }).toEqual({ file, text: lines && textOf(lines) });
    }
  }
  met++;
}

function textOf(lines: readonly Line[]): string {
  return lines.map((line) => (typeof line === "string" ? `${line}\n` : eventLine(line))).join("");
}

function eventLine([timestampSeconds, requestId, service, name, metadata]: Exclude<
  Line,
  string
>): string {
  return encodeEvent({ timestampSeconds, requestId, service, name, metadata: metadata ?? {} });
}

/** The lines of a text that ends with a newline; a last line without one is marked. */
function linesOf(text: string): string[] {
  if (text === "") return [];
  return text.endsWith("\n")
    ? text.slice(0, -1).split("\n")
    : [...text.split("\n"), "(no newline)"];
}
