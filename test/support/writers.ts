import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DecodedLine, decodeLine } from "../../lib/event/decode.ts";
import { renderWriter, type WriterLanguage } from "../../lib/sdk/writers.ts";
import { binary, type Run } from "./binary.ts";

/** The file name under which each writer is installed. */
export const writerFiles: Readonly<Record<WriterLanguage, string>> = {
  bash: "timmy_latency.bash",
  zsh: "timmy_latency.zsh",
  python: "latency_tracker.py",
};

/** Puts a writer into `folder`, its log `folder/state/latency.log`; returns the log's path. */
export function installWriter(
  folder: string,
  language: WriterLanguage,
  binaryPath: string = binary,
): string {
  const logPath = join(folder, "state", "latency.log");
  const text = renderWriter(language, { logPath, binaryPath, version: "0.0.0" });
  writeFileSync(join(folder, writerFiles[language]), text);
  return logPath;
}

/** Runs a program in an environment that holds PATH, HOME and what `env` adds. */
export async function runProgram(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, TZ: "UTC", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Decodes every line of a log's bytes; the last one must be ended. */
export function decodeLines(bytes: Uint8Array): DecodedLine[] {
  const decoded: DecodedLine[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    if (end < 0) throw new Error("The last line has no newline");
    const line = decodeLine(bytes, start, end, false);
    if (line === null) throw new Error(`The line at ${start} is blank`);
    decoded.push(line);
    start = end + 1;
  }
  return decoded;
}
