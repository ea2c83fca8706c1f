import { mkdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..");

/** The parts that the host calls; what they import comes along. */
const parts = [
  ...["scan", "odd_line", "metadata", "pair_table"].map(
    (name) => `lib/event/scanner/assembly/${name}.ts`,
  ),
  ...[
    "table",
    "intake",
    "out_events",
    "measure",
    "figures",
    "clocks",
    "facts",
    "event_kinds",
    "span_pairs",
    "exchanges",
    "make_plan",
    "ledger_plan",
    "planned_stretch",
    "series",
    "ledger",
    "ledger_keys",
    "telling",
    "turns",
    "turn_parts",
    "state",
  ].map((name) => `lib/request/assembly/${name}.ts`),
  ...["rows", "shortest", "conversation", "turn_rows"].map(
    (name) => `lib/session/assembly/${name}.ts`,
  ),
];

/** Types that only look like exports of the module. */
const silenced = ["--disableWarning", "235"];

/**
 * Compiles the engine, the line scanner and the request table, from AssemblyScript to
 * dist/engine.wasm, which the executable embeds; returns what went wrong, or null.
 */
export function buildEngine(): string | null {
  mkdirSync(join(root, "dist"), { recursive: true });
  const compiler = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
  const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", ...silenced];
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, compiler, ...parts, "-o", "dist/engine.wasm", ...options],
    { cwd: root, stdout: "pipe", stderr: "pipe" },
  );
  return exitCode === 0 ? null : `${stdout}${stderr}`;
}
