/**
 * `log` is called from hot paths of other programs, so what it loads is part of its contract. The
 * list below is what it costs; a new line in it wants a reason.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join, relative } from "node:path";
import { runProgram, temporaryFolder } from "../support/binary.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

const root = join(import.meta.dir, "..", "..");

/** Parts of the runtime that are loaded with them; another one can cost as much as all modules. */
const wantedOfRuntime = ["node:fs", "node:os", "node:path"];

/** Everything that is in memory when `log` has written its line. */
const wanted: readonly string[] = [
  "cmd/_command.ts",
  "cmd/_commands.ts",
  "cmd/_exit_codes.ts",
  "cmd/_global_options.ts",
  "cmd/_home_folder.ts",
  "cmd/_local_time.ts",
  "cmd/_optimize.ts",
  "cmd/_output.ts",
  "cmd/_strict.ts",
  "cmd/_values.ts",
  "cmd/log.ts",
  "cmd/main.ts",
  "lib/error.ts",
  "lib/escape.ts",
  "lib/event/encode.ts",
  "lib/event/metadata.ts",
  "lib/log/append.ts",
  "lib/log/log_path.ts",
  "lib/render/style.ts",
  "lib/units/duration.ts",
  "lib/units/instant.ts",
];

describe("log", () => {
  test("imports no package of others, and nothing but these modules", async () => {
    expect(await staticImports(["cmd/main.ts", "cmd/log.ts"])).toEqual([
      ...wanted,
      ...wantedOfRuntime.map((name) => `package ${name}`),
    ]);
  });

  const args = ["log", "abc123de", "stt", "stt_x", "--meta", "n=1", "--log", "voice.log"];

  test("has loaded exactly these modules when its line is written", async () => {
    using folder = temporaryFolder();
    await Bun.write(join(folder.path, "voice.log"), "");
    expect(await loadedModules(args, folder.path)).toEqual([...wanted]);
    expect(await Bun.file(join(folder.path, "voice.log")).text()).toContain("abc123de");
  });

  test("looks at the file system only when it has made the log", async () => {
    using folder = temporaryFolder();
    const more = ["lib/log/file_system.ts", "lib/log/mounts.ts"];
    expect(await loadedModules(args, folder.path)).toEqual([...wanted, ...more].sort());
  });

  test("the same record shows citty and more once another word runs", async () => {
    using folder = temporaryFolder();
    const loaded = await loadedModules(["clear", "--dry-run"], folder.path);
    expect(loaded.some((path) => path.includes("node_modules/citty/"))).toBe(true);
    expect(loaded.length).toBeGreaterThan(wanted.length);
  });
});

/** The modules that `entries` reach through static imports, packages by their bare name. */
async function staticImports(entries: readonly string[]): Promise<string[]> {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const found = new Set<string>(entries);
  for (const path of found) {
    if (!path.endsWith(".ts")) continue;
    const text = await Bun.file(join(root, path)).text();
    for (const { path: target, kind } of transpiler.scanImports(text.replace(/^#!.*/, ""))) {
      if (kind !== "import-statement") continue;
      found.add(
        target.startsWith(".")
          ? relative(root, join(root, path, "..", target))
          : `package ${target}`,
      );
    }
  }
  return [...found].filter((path) => !path.endsWith(".json")).sort();
}

/** The modules that a run of the sources loads, as the runtime's own plugin hook sees them. */
async function loadedModules(args: readonly string[], folder: string): Promise<string[]> {
  const recorder = join(folder, "recorder.ts");
  await Bun.write(
    recorder,
    `import { appendFileSync } from "node:fs";
     Bun.plugin({ name: "recorder", setup(build) {
       build.onLoad({ filter: /\\.[cm]?[jt]s$/ }, async ({ path }) => {
         appendFileSync(${JSON.stringify(join(folder, "loaded"))}, path + "\\n");
         return { contents: await Bun.file(path).text(), loader: path.endsWith(".ts") ? "ts" : "js" };
       });
     } });`,
  );
  const command = [process.execPath, "--preload", recorder, join(root, "cmd/main.ts"), ...args];
  const { code, stderr } = await runProgram(command, { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const loaded = (await Bun.file(join(folder, "loaded")).text()).trimEnd().split("\n");
  return [...new Set(loaded.map((path) => relative(root, path)))].sort();
}
