/** What a person sees while a long log is read: the built executable on a real terminal. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures, runShell, temporaryFolder } from "../support/binary.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { openTmux } from "../support/tmux.ts";
import { describeWithTools } from "../support/tools.ts";

// Slow sources take their time.
setDefaultTimeout(60_000);

const log = join(fixtures, "before.log");
const toLineEnd = "\x1b[K";
const gone = `\r${toLineEnd}`;
const line = new RegExp(`\rReading [\\d.]+ KB, [\\d.]+ KB/s${RegExp.escape(toLineEnd)}`, "g");

/** A script that feeds the log into the pipe `$PIPE` for about two seconds, and does something with it. */
function fed(work: string): string {
  return `mkfifo "$PIPE"
    { for part in 0 1 2 3 4 5 6 7; do
        tail -c +$((part * 31100 + 1)) "$FED" | head -c 31100
        sleep 0.25
      done; } >"$PIPE" &
    ${work}`;
}

function environment(folder: string) {
  return { env: { PIPE: join(folder, "pipe"), FED: log, LOG: log } };
}

describe("progress", () => {
  test("is one line for who waits over a second, and is gone before anything else is written", async () => {
    using folder = temporaryFolder();
    const readers = [
      'analyze "$PIPE" --summary',
      'analyze - <"$PIPE"',
      'sessions "$PIPE"',
      'check "$PIPE" --budget "llm.p50<1h" --max-problems 100%',
      'compare "$LOG" "$PIPE"',
      'report "$PIPE" -o page.html',
      'export "$PIPE" --to ndjson',
    ];
    for (const reader of readers) {
      const script = fed(`cd "${folder.path}"; $TIMMY ${reader} >out; rm "$PIPE"`);
      const { shown } = await runOnTerminal(script, environment(folder.path));
      const lines = shown.match(line) ?? [];
      expect([reader, lines.length > 2, lines.length <= 12]).toEqual([reader, true, true]);
      const [before = "", after = ""] = shown.split(gone);
      expect(before.replaceAll(line, "")).toBe("");
      expect(after).not.toContain("Reading");
      expect(readFileSync(join(folder.path, "out"), "utf8")).not.toContain("\x1b");
    }
    expect(readers.length).toBe(7);
  });

  test("tells of a file how much is left", async () => {
    using folder = temporaryFolder();
    const big = join(folder.path, "latency.log");
    const script = `for n in $(seq 240); do cat "$FED"; done >"${big}"
      $TIMMY export --to ndjson "${big}" >/dev/null`;
    const { shown } = await runOnTerminal(script, environment(folder.path));
    expect(shown.replaceAll(toLineEnd, "|")).toMatch(
      /\rReading [\d.]+ MB of [\d.]+ MB, \d+ %, [\d.]+ MB\/s, \d+ s left\|/,
    );
  });

  test("is not shown where nobody wants it, or can see it", async () => {
    using folder = temporaryFolder();
    const runs = [
      '$TIMMY analyze "$PIPE" --summary --quiet >out',
      'TERM=dumb $TIMMY analyze "$PIPE" --summary >out',
      '$TIMMY analyze "$PIPE" --summary >out 2>err; cat err',
      'cat "$PIPE" >copy; $TIMMY analyze copy --summary >out',
    ];
    for (const one of runs) {
      const script = fed(`cd "${folder.path}"; ${one}; rm "$PIPE"`);
      const { shown } = await runOnTerminal(script, environment(folder.path));
      expect([one, shown.includes("Reading"), shown.includes("\r\x1b")]).toEqual([
        one,
        false,
        false,
      ]);
    }
    expect(runs.length).toBe(4);
    const piped = await runShell(fed('timmy analyze "$PIPE" --summary'), [], {
      env: environment(folder.path).env,
    });
    expect([piped.code, piped.stderr]).toEqual([0, ""]);
  });

  test("ends where the answer itself begins to appear", async () => {
    using folder = temporaryFolder();
    const script = `{ cat "$FED"; sleep 1.2; tail -c +1 "$FED"; sleep 0.3; cat "$FED"; sleep 0.3; } |
      $TIMMY analyze - --format ndjson`;
    const { shown } = await runOnTerminal(script, environment(folder.path));
    const answer = shown.indexOf('{"id"');
    expect(answer).toBeGreaterThan(0);
    expect(shown.slice(answer)).not.toContain("Reading");
    expect(shown.slice(answer)).not.toContain(gone);
  });

  test("is erased by whatever ends the run", async () => {
    using folder = temporaryFolder();
    const endings = [
      ["INT", 130],
      ["TERM", 143],
      ["HUP", 129],
    ] as const;
    for (const [signal, status] of endings) {
      // The pipe has nothing to give while the signal comes.
      const work = `exec 9<>"$PIPE"
        $TIMMY analyze "$PIPE" --summary >/dev/null & reader=$!
        sleep 1.8; sleep 3 & kill -${signal} $reader; wait $reader; echo "ended $?"; rm "$PIPE"`;
      const { shown } = await runOnTerminal(fed(work), environment(folder.path));
      expect([signal, shown.match(line) !== null]).toEqual([signal, true]);
      expect(shown.replaceAll(line, "")).toStartWith(gone);
      expect(shown).toContain(`ended ${status}\r\n`);
    }
    expect(endings.length).toBe(3);
    const broken = `{ tail -c +1 "$FED"; sleep 1.2; tail -c +1 "$FED"; sleep 1; } >"$PIPE" &
      $TIMMY compare "$PIPE" "${folder.path}" >/dev/null`;
    const { code, shown } = await runOnTerminal(`mkfifo "$PIPE"; ${broken}`, {
      ...environment(folder.path),
    });
    expect(code).not.toBe(0);
    expect(shown.replaceAll(line, "")).toStartWith(`${gone}timmy-latency: `);
  });
});

describeWithTools("progress on a screen", ["tmux"], () => {
  test("leaves nothing behind, also on a narrow one", async () => {
    using folder = temporaryFolder();
    const { env } = environment(folder.path);
    const script = fed('$TIMMY analyze "$PIPE" --summary >/dev/null; echo over; sleep 60');
    await using tmux = await openTmux(script, { columns: 24, rows: 6, cwd: folder.path, env });
    const during = await tmux.until("Reading");
    expect(during.filter((row) => row !== "")).toHaveLength(1);
    const after = await tmux.until("over");
    expect(after.filter((row) => row !== "")).toEqual(["over"]);
  });
});
