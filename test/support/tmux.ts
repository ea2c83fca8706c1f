import { join } from "node:path";
import { bareProcess, binary, type RunOptions, temporaryFolder } from "./binary.ts";

/** A terminal that can be looked at. */
export interface Tmux extends AsyncDisposable {
  /** What the screen shows, row by row, without blanks behind. */
  grid(): Promise<string[]>;
  /** Waits until the screen shows a text; the test's own time limit ends a vain wait. */
  until(text: string | RegExp): Promise<string[]>;
  /** Types keys, by tmux's names for them. */
  keys(...names: string[]): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
}

const pauseMs = 50;

/** Runs a shell script on a terminal of its own, with `$TIMMY` as the executable. */
export async function openTmux(
  script: string,
  { columns, rows, ...options }: RunOptions & { readonly columns: number; readonly rows: number },
): Promise<Tmux> {
  const folder = temporaryFolder();
  const socket = join(folder.path, "tmux");
  const { cwd, env } = bareProcess(options);
  const tmux = async (...args: string[]) => {
    const child = Bun.spawn(["tmux", "-f", "/dev/null", "-S", socket, ...args], {
      cwd,
      env: { ...env, TIMMY: binary, TERM: "xterm-256color" },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (code !== 0) throw new Error(`tmux ${args[0]} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const size = ["-x", String(columns), "-y", String(rows)];
  await tmux("new-session", "-d", ...size, "bash", "--norc", "-c", script);
  const grid = async () => (await tmux("capture-pane", "-p")).split("\n").slice(0, -1);
  return {
    grid,
    until: async (text) => {
      while (true) {
        const rowsNow = await grid();
        const isThere = rowsNow.some((row) =>
          typeof text === "string" ? row.includes(text) : text.test(row),
        );
        if (isThere) return rowsNow;
        await Bun.sleep(pauseMs);
      }
    },
    keys: async (...names) => {
      await tmux("send-keys", ...names);
    },
    resize: async (columnsNow, rowsNow) => {
      await tmux("resize-window", "-x", String(columnsNow), "-y", String(rowsNow));
    },
    [Symbol.asyncDispose]: async () => {
      await tmux("kill-server").catch(() => {});
      folder[Symbol.dispose]();
    },
  };
}
