import { existsSync, readFileSync } from "node:fs";
import { bareProcess, binary, type Run, type RunOptions } from "./binary.ts";

/** A `log --stdin` whose input the test holds open. */
export interface Sidecar extends AsyncDisposable {
  readonly pid: number;
  /** Sends text now, as one piece. */
  write(text: string | Uint8Array): void;
  signal(name: NodeJS.Signals): void;
  /** Ends the input. */
  end(): void;
  /** What it left behind; the input stays as it is. */
  finished(): Promise<Run>;
}

/** Starts a sidecar, or any other command that takes an input; it is killed when the test is over. */
export function startSidecar(
  args: readonly string[],
  options: RunOptions = {},
  command: readonly string[] = [binary, "log", "--stdin"],
): Sidecar {
  const child = Bun.spawn([...command, ...args], {
    ...bareProcess(options),
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  return {
    pid: child.pid,
    write: (text) => {
      child.stdin.write(text);
      child.stdin.flush();
    },
    signal: (name) => child.kill(name),
    end: () => void child.stdin.end(),
    finished: async () => {
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, stdout, stderr };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Waits until a file has so many lines; the test's own time limit ends a vain wait. */
export async function untilLines(path: string, count: number): Promise<void> {
  while (!existsSync(path) || readFileSync(path, "utf8").split("\n").length - 1 < count) {
    await Bun.sleep(5);
  }
}
