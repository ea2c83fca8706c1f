/**
 * `bun run demo`: records a short conversation with four real processes that write to one log at once
 * (bash and TypeScript), then shows what timmy-latency makes of it. Everything shown is read from
 * that log.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { readLog } from "../../lib/log/read_log.ts";

const root = join(import.meta.dir, "..", "..");
const binary = join(root, "dist", "timmy-latency");
const folder = mkdtempSync(join(tmpdir(), "timmy-latency-demo-"));
const log = join(folder, "latency.log");
const env = {
  ...process.env,
  TIMMY_LATENCY_LOG: log,
  PATH: `${join(root, "dist")}${delimiter}${process.env["PATH"] ?? ""}`,
};

/** stt | v34 | tts, as a shell would connect them; v34 starts the model itself. */
async function record(): Promise<void> {
  const service = (file: string) => join(import.meta.dir, "demo", file);
  const common = { env, cwd: folder, stdout: "pipe", stderr: "inherit" } as const;
  const stt = Bun.spawn(["bash", service("stt.sh")], { ...common, stdin: "ignore" });
  const v34 = Bun.spawn([process.execPath, service("v34.ts")], { ...common, stdin: stt.stdout });
  const tts = Bun.spawn([process.execPath, service("tts.ts")], { ...common, stdin: v34.stdout });
  const codes = await Promise.all([stt.exited, v34.exited, tts.exited]);
  if (codes.some((code) => code !== 0)) throw new Error(`A service failed: ${codes.join(", ")}`);
}

/** The processes that wrote the log, by service, as its metadata tells. */
async function writers(): Promise<string> {
  const pids = new Map<string, Set<unknown>>();
  const reading = await readLog([log], { maxLineBytes: 1024 * 1024 });
  for (let event = await reading.next(); event !== null; event = await reading.next()) {
    const known = pids.get(event.service) ?? new Set();
    pids.set(event.service, known.add(event.metadata["pid"]));
  }
  return [...pids].map(([service, ids]) => `${service} (pid ${[...ids].join(", ")})`).join(", ");
}

function show(...args: string[]): void {
  process.stdout.write(`\n$ timmy-latency ${args.join(" ")}\n`);
  const { exitCode } = Bun.spawnSync([binary, ...args], {
    env,
    stdout: "inherit",
    stderr: "inherit",
  });
  if (exitCode !== 0) throw new Error(`timmy-latency ${args.join(" ")} ended with ${exitCode}`);
}

process.stdout.write("Recording four turns of a conversation, about five seconds …\n");
await record();
process.stdout.write(`The log: ${log}\nWritten at once by ${await writers()}\n`);
show("analyze", "--tail", "1");
show("analyze", "--summary");
show("sessions");
