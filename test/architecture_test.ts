/** What may import what, and who may touch the world: the house's walls, checked over every file. */
import { describe, expect, test } from "bun:test";
import { blank, importsOf, type SourceFile, sourceFiles } from "./support/source_files.ts";

const library = sourceFiles("lib");
const commands = sourceFiles("cmd");
const files = [...library, ...commands];

/** The room a file belongs to: `cmd`, a folder of `lib`, or a file that is a room by itself. */
function roomOf(path: string): string {
  const [top = "", room = ""] = path.split("/");
  return top === "cmd" || top === "lib" ? (top === "cmd" ? top : room.replace(/\.ts$/, "")) : top;
}

/** What everybody may import; among themselves these do as listed. */
const leaves = ["ndjson", "stats", "report", "connection", "error", "escape", "units"];

/** The other rooms that a room may import from. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  cmd: [
    "pipeline",
    "log",
    "clickhouse",
    "judge",
    "render",
    "sdk",
    "report",
    "package.json",
    ...leaves,
  ],
  pipeline: ["log", "clickhouse", "import", "session", "request", "event", "hints", ...leaves],
  clickhouse: ["log", "event", "request", ...leaves],
  import: ["event", ...leaves],
  session: ["request", "event", ...leaves],
  request: ["event", ...leaves],
  event: leaves,
  log: ["event", ...leaves],
  judge: leaves,
  hints: leaves,
  render: leaves,
  sdk: ["event", "log", ...leaves],
  ndjson: [],
  stats: [],
  connection: ["error", "escape", "units"],
  error: [],
  escape: [],
  report: ["stats"],
  units: ["error", "escape"],
};

/** Files that a room may import beyond its arrows, and why. */
const doors: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cmd: {
    "lib/event/encode.ts": "a word that writes events has no use for the pipeline, which reads",
    "lib/event/metadata.ts": "the same",
    "lib/event/request_id.ts": "the same",
    "lib/event/timing_event.ts": "the same",
    "lib/import/formats.ts": "options are checked against the projects that there are",
    "lib/hints/limits.ts": "options are checked against the limits that there are",
    "lib/request/select.ts": "options are checked against what a selection can do",
  },
};

/** Files of more than 200 lines, and why they are not two. */
const longFiles: Readonly<Record<string, string>> = {
  "lib/log/rotation/perform_rotation.ts": "one protocol, step by step; its order is what is proved",
  "lib/log/scan_log.ts":
    "one loop over blocks of bytes, and what becomes of each kind of line in them",
  "lib/request/assembly/table.ts": "one state machine over open requests; its state is all of it",
  "lib/ndjson/line_reader.ts": "one state machine over blocks of bytes; its state is all of it",
  "lib/stats/series.ts": "one series, and all that can be asked of it",
};

/** Files of lib/ that touch the world, and why; none of them tells the time of day. */
const worldly: Readonly<Record<string, string>> = {
  "lib/sdk/tracker.ts": "runs in somebody else's process",
  "lib/log/lease.ts": "waits for writers, for so long and no longer",
  "lib/log/rotation/finish_archive.ts": "waits until no late writer can still come",
  "lib/log/rotation/perform_rotation.ts": "notes when that wait began",
};

test("the checks look at every file of cmd/ and lib/", () => {
  expect(library.length).toBeGreaterThanOrEqual(43);
  expect(commands.length).toBeGreaterThanOrEqual(15);
  expect(files.filter((file) => file.imports.length > 0).length).toBeGreaterThanOrEqual(45);
  // A room without a row would be a room without walls.
  const rooms = new Set(files.map((file) => roomOf(file.path)));
  expect([...rooms].filter((room) => arrows[room] === undefined)).toEqual([]);
});

describe("imports", () => {
  const links = files.flatMap((file) => file.imports.map((target) => ({ file, target })));

  test("follow the arrows from room to room", () => {
    const broken = links
      .filter(({ target }) => target.includes("/") || target.endsWith(".json"))
      .filter(({ target }) => /^(?:cmd|lib|test)\/|^package\.json$/.test(target))
      .filter(({ file, target }) => {
        const [from, to] = [roomOf(file.path), roomOf(target)];
        return from !== to && !arrows[from]?.includes(to) && doors[from]?.[target] === undefined;
      });
    expect(broken.map(({ file, target }) => `${file.path} → ${target}`)).toEqual([]);
    const inside = links.filter(({ target }) => target.startsWith("lib/"));
    expect(inside.length).toBeGreaterThan(100);
  });

  test("have no doors that nobody uses", () => {
    const used = new Set(links.map(({ file, target }) => `${roomOf(file.path)} → ${target}`));
    const built = Object.entries(doors).flatMap(([room, targets]) =>
      Object.keys(targets).map((target) => `${room} → ${target}`),
    );
    expect(built.length).toBe(7);
    expect(built.filter((door) => !used.has(door))).toEqual([]);
  });

  test("lead to files that exist, and never into the tests", () => {
    const known = new Set(files.map((file) => file.path));
    const missing = links.filter(({ target }) => target.endsWith(".ts") && !known.has(target));
    expect(missing.map(({ file, target }) => `${file.path} → ${target}`)).toEqual([]);
  });

  test("never run in a circle, types included", () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
        return;
      }
      if (done.has(path)) return;
      for (const target of byPath.get(path)?.imports ?? []) {
        if (byPath.has(target)) visit(target, [...trail, path]);
      }
      done.add(path);
    };
    for (const { path } of files) visit(path, []);
    expect(circles).toEqual([]);
    expect(done.size).toBe(files.length);
  });

  const restricted: readonly [name: string, allowed: (path: string) => boolean][] = [
    ["citty", (path) => path.startsWith("cmd/")],
    ["consola", () => false],
    ["consola/core", (path) => path === "cmd/_output.ts"],
    ["ndjson", (path) => path.startsWith("lib/render/")],
    // The engine's host reads the compiled engine, which is embedded in the executable.
    [
      "node:fs",
      (path) => /^(?:cmd|lib\/log|lib\/sdk)\/|^lib\/event\/scanner\/engine\.ts$/.test(path),
    ],
    ["node:process", () => false],
    ["node:child_process", (path) => path.startsWith("cmd/")],
    ["node:tty", (path) => path.startsWith("cmd/")],
    ["node:os", (path) => /^(?:cmd|lib\/sdk)\/|^lib\/log\/system_calls\.ts$/.test(path)],
    ["bun:ffi", (path) => /^(?:lib\/log\/system_calls|cmd\/_local_time)\.ts$/.test(path)],
    ["bun:test", () => false],
  ];

  test.each(restricted)("of %s stay where they belong", (name, allowed) => {
    const users = files.filter((file) => file.imports.includes(name)).map((file) => file.path);
    expect(users.filter((path) => !allowed(path))).toEqual([]);
  });

  test("of restricted packages are met at all", () => {
    const met = new Set(links.map(({ target }) => target));
    expect(["citty", "consola/core", "ndjson", "node:fs"].filter((name) => !met.has(name))).toEqual(
      [],
    );
  });
});

describe("the world", () => {
  /** The platform is a fact of the machine, not of the run. */
  const touches: readonly [what: string, pattern: RegExp][] = [
    ["the process", /(?<![.\w])process\b(?!\.platform\b)(?!\s*[:?]\s)/],
    ["the console", /(?<![.\w])console\s*\./],
    ["the environment", /\bBun\.(?:env|argv|main|stdin|stdout|stderr|cwd)\b|\bimport\.meta\.env\b/],
    [
      "the clock",
      /\bDate\.now\b|\bnew Date\(\s*\)|(?<![.\w])performance\s*\.|\bBun\.nanoseconds\b/,
    ],
  ];

  test.each(touches)("lib/ leaves %s to cmd/, unless a reason is listed", (_, pattern) => {
    const inside = library.filter((file) => worldly[file.path] === undefined);
    expect(inside.length).toBeGreaterThanOrEqual(43);
    const touching = inside.filter((file) => pattern.test(file.code)).map((file) => file.path);
    expect(touching).toEqual([]);
  });

  test("cmd/ does touch it: the patterns find something", () => {
    const met = touches.filter(([, pattern]) => commands.some((file) => pattern.test(file.code)));
    expect(met.map(([what]) => what)).toEqual(expect.arrayContaining(["the process", "the clock"]));
  });
});

describe("files", () => {
  test("are named in snake_case", () => {
    const names = files.map((file) => file.path.split("/").at(-1) ?? "");
    expect(names.filter((name) => !/^_?[a-z0-9]+(?:_[a-z0-9]+)*(?:\.d)?\.ts$/.test(name))).toEqual(
      [],
    );
  });

  test("have at most 200 lines, unless a reason is listed", () => {
    const long = files.filter((file) => file.text.split("\n").length - 1 > 200);
    expect(long.map((file) => file.path).sort()).toEqual(Object.keys(longFiles).sort());
  });

  test("have a doc comment on every exported thing", () => {
    let exported = 0;
    const bare: string[] = [];
    for (const { path, text } of files) {
      const lines = text.split("\n");
      for (const [index, line] of lines.entries()) {
        // In AssemblyScript a decorator may come first.
        if (!/^(?:@\w+ )?export (?!\{|\*|type \{)/.test(line)) continue;
        exported++;
        if (!/\*\/\s*$/.test(lines[index - 1] ?? "")) bare.push(`${path}:${index + 1} ${line}`);
      }
    }
    expect(bare).toEqual([]);
    expect(exported).toBeGreaterThan(120);
  });

  test("are no barrels: nothing is exported from another file", () => {
    const barrels = files.filter((file) =>
      /\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\}\s*from)/.test(file.code),
    );
    expect(barrels.map((file: SourceFile) => file.path)).toEqual([]);
  });
});

describe("the checks themselves", () => {
  test("find imports of every form", () => {
    const text = [
      'import { a } from "./a.ts";',
      'import type { B } from "../b/b.ts";',
      'import c, { type D } from "c";',
      'import "./side_effect.ts";',
      'import {\n  e,\n  f,\n} from "./e.ts";',
      'export { g } from "./g.ts";',
      'const h = await import("./h.ts");',
      'let i: import("./i.ts").I;',
      'new Worker(new URL("./j.ts", import.meta.url));',
      '// import { no } from "./no.ts";',
      '/* import { no } from "./no.ts"; */',
    ].join("\n");
    expect(importsOf("lib/x/x.ts", text)).toEqual([
      "c",
      "lib/b/b.ts",
      "lib/x/a.ts",
      "lib/x/e.ts",
      "lib/x/g.ts",
      "lib/x/h.ts",
      "lib/x/i.ts",
      "lib/x/j.ts",
      "lib/x/side_effect.ts",
    ]);
  });

  test("look at code, not at what comments and strings say", () => {
    const text = [
      "const a = 'process'; // process",
      'const b = "con\\"sole.log"; /* process */',
      "const c = /process[/]x/.test(d) ? e / process.pid / f : 1;",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a template string is what is looked at
      "const g = `process ${h(`console. ${process.env}`, {})} process`;",
    ].join("\n");
    expect(blank(text, true).match(/process|console/g)).toEqual(["process", "process"]);
    expect(blank(text, true).split("\n").length).toBe(4);
    expect(blank(text, false)).toContain("'process'");
    expect(blank(text, false)).not.toContain("// process");
  });
});
