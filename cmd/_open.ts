import { escapeControls } from "../lib/escape.ts";
import { writeErrorLine } from "./_output.ts";

/** A failure comes at once or not at all: some of these programs last as long as the browser. */
const patienceMs = 1_500;

/** What shows a file or an address to a person, on each system. */
const viewers: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  // No shell of its own, which would take a name for more than a name.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Shows a file or an address in the browser; should that fail, one sentence says so. */
export async function openForViewing(target: string): Promise<void> {
  const [program = "", ...words] = viewers[process.platform] ?? ["xdg-open"];
  const reason = await failureOf([program, ...words, target]);
  if (reason === null) return;
  writeErrorLine(`timmy-latency: Cannot open ${escapeControls(target)} with ${program}: ${reason}`);
}

/** Starts a program that may outlive this one; null if it is not known to have failed. */
async function failureOf(command: readonly string[]): Promise<string | null> {
  if (Bun.which(command[0] ?? "") === null) return "there is no such command";
  try {
    const child = Bun.spawn([...command], {
      stdio: ["ignore", "ignore", "ignore"],
      detached: true,
    });
    child.unref();
    const lasts = Promise.withResolvers<number>();
    const timer = setTimeout(() => lasts.resolve(0), patienceMs);
    const code = await Promise.race([child.exited, lasts.promise]);
    clearTimeout(timer);
    return code === 0 ? null : `it ended with status ${code}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
