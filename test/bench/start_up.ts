/**
 * What a caller of `log` waits: its start against that of the smallest program that the same compiler
 * makes with the same flags (the goal is at most twice that), and of `true`, the price of any process.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, temporaryFolder } from "../support/binary.ts";
import { compile } from "../tasks/build.ts";
import { compareInTurns, timed } from "./_interleave.ts";

const rounds = 200;

/** Prints the start of `log` and `id` against a compiled hello-world. */
export async function run(): Promise<void> {
  using folder = temporaryFolder();
  const source = join(folder.path, "hello.ts");
  const hello = join(folder.path, "hello");
  writeFileSync(source, 'import { writeSync } from "node:fs";\nwriteSync(1, "hello\\n");\n');
  const failure = compile(source, hello);
  if (failure !== null) throw new Error(`Cannot compile the hello-world: ${failure}`);
  const log = join(folder.path, "voice.log");
  const start = (...command: string[]) => {
    const { exitCode } = Bun.spawnSync(command, { stdio: ["ignore", "ignore", "inherit"] });
    if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}`);
  };
  const meta = ["--meta", "text_length=73", "--meta", "session_id=kitchen"];
  await compareInTurns(
    [
      timed("hello-world", () => start(hello)),
      timed("log", () => start(binary, "log", "a", "stt", "stt_x", "--log", log)),
      timed("log with metadata", () => start(binary, "log", "a", "b", "c", "--log", log, ...meta)),
      timed("id", () => start(binary, "id")),
      timed("true", () => start("/bin/true")),
    ],
    rounds,
    "ms",
  );
}
