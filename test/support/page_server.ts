import { bareProcess, binary, type RunOptions } from "./binary.ts";

/** A `report --serve` that is at work. */
export interface ServedPage extends AsyncDisposable {
  /** Where the page is, as it said. */
  readonly url: string;
  /** Asks it to end by a signal; returns how it ended, and how long that took. */
  end(signal: NodeJS.Signals): Promise<{ code: number; stderr: string; milliseconds: number }>;
}

/** Starts a server of the page, and waits until it says where; it is killed when the test is over. */
export async function servePage(
  args: readonly string[],
  options: RunOptions = {},
): Promise<ServedPage> {
  const child = Bun.spawn([binary, "report", "--serve", ...args], {
    ...bareProcess(options),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stderr = new Response(child.stderr).text();
  const decoder = new TextDecoder();
  let said = "";
  for await (const bytes of child.stdout) {
    said += decoder.decode(bytes, { stream: true });
    if (said.includes("\n")) break;
  }
  if (!said.endsWith("\n")) throw new Error(`report --serve ended: ${await stderr}`);
  return {
    url: said.trimEnd(),
    end: async (signal) => {
      const beganMs = performance.now();
      child.kill(signal);
      const code = await child.exited;
      return { code, stderr: await stderr, milliseconds: performance.now() - beganMs };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
