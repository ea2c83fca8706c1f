import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import type { TimingEvent } from "../../lib/event/timing_event.ts";
import { fixtures, run, temporaryFolder } from "../support/binary.ts";
import { startSidecar } from "../support/sidecar.ts";
import { openTmux, type Tmux } from "../support/tmux.ts";
import { describeWithTools } from "../support/tools.ts";

// The real program at its own pace, on a machine that may have other work.
setDefaultTimeout(120_000);

/** Appends a turn that ends now. */
function appendTurn(path: string, id: string, llmSeconds = 1, count = 5): void {
  const now = Date.now() / 1000;
  const names: readonly (readonly [string, number])[] = [
    ["stt_transcript_finalized", -llmSeconds - 1],
    ["v34_ollama_sent", -llmSeconds - 0.9],
    ["v34_ollama_received", -0.9],
    ["tts_audio_playback_start", -0.5],
    ["tts_audio_playback_complete", 0],
  ];
  for (const [name, offset] of names.slice(0, count)) {
    const event: TimingEvent = {
      timestampSeconds: now + offset,
      requestId: id,
      service: name.slice(0, 3),
      name,
      metadata: {},
    };
    appendFileSync(path, encodeEvent(event));
  }
}

describe("watch --once", () => {
  test("shows what is known, and ends", async () => {
    const { code, stdout, stderr } = await run([
      "watch",
      "--once",
      "--log",
      join(fixtures, "before.log"),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("n 48 of the last 100 requests");
    expect(stdout).toContain("14:42:11 | f1c95e88   |  6.20s | 10.89s | answered");
    expect(stdout.split("\n").filter((line) => line.includes("| answered |"))).toHaveLength(48);
  });

  test("says that there is no log yet", async () => {
    const { code, stdout } = await run(["watch", "--once", "--log", "none.log"]);
    expect(code).toBe(0);
    expect(stdout).toContain("No log yet");
  });
});

describe("watch in a pipe", () => {
  test("tells each request once, when it finishes, and not what was before", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    copyFileSync(join(fixtures, "before.log"), log);
    await using watch = startSidecar(["watch", "--log", log], {}, [
      join(import.meta.dir, "..", "..", "dist", "timmy-latency"),
    ]);
    const finished = watch.finished();
    await Bun.sleep(700);
    appendTurn(log, "live0001");
    appendTurn(log, "open0002", 1, 3);
    await Bun.sleep(3_500);
    watch.signal("SIGTERM");
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(143);
    expect(stderr).toContain(`Watching ${log}`);
    const lines = stdout.split("\n").filter((line) => line !== "");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d {2}live0001 {2}answered {2}voice-to-voice 1\.50s {2}total 2\.00s {2}slowest llm 1000ms$/,
    );
  });

  test("waits for a log, and writes JSON for programs", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    await using watch = startSidecar(["watch", "--log", log, "--format", "ndjson"], {}, [
      join(import.meta.dir, "..", "..", "dist", "timmy-latency"),
    ]);
    const finished = watch.finished();
    await Bun.sleep(700);
    writeFileSync(log, "");
    await Bun.sleep(400);
    appendTurn(log, "live0001");
    await Bun.sleep(3_500);
    watch.signal("SIGINT");
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ id: "live0001", outcome: "answered" });
  });

  test("ends quietly when its reader has gone", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    writeFileSync(log, "");
    const script = `"$0" watch --log "${log}" --quiet | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const child = Bun.spawn(["bash", "-c", script, join(fixtures, "../../dist/timmy-latency")], {
      stdout: "pipe",
      timeout: 60_000,
    });
    await Bun.sleep(700);
    appendTurn(log, "live0001");
    await Bun.sleep(3_000);
    appendTurn(log, "live0002");
    const shown = await new Response(child.stdout).text();
    expect(shown).toMatch(/live0001.*\n0\n$/);
  });
});

describeWithTools("watch on a terminal", ["tmux"], () => {
  /** A log with two turns, on a screen; the script says how watch ended. */
  async function open(folder: string, before = "") {
    const log = join(folder, "latency.log");
    writeFileSync(log, "");
    appendTurn(log, "aaaa0001", 1);
    appendTurn(log, "bbbb0002", 3);
    const script = `stty -g > before; ${before} "$TIMMY" watch --log "${log}"; echo "ended with $?"; stty -g > after; cmp before after && echo "same terminal"; sleep 60`;
    const env = { LANG: "C.UTF-8" };
    const screen = await openTmux(script, { columns: 80, rows: 24, cwd: folder, env });
    return { log, screen };
  }

  test("shows turns as they happen, opens one, filters, pauses, and leaves at q", async () => {
    using folder = temporaryFolder();
    const { log, screen } = await open(folder.path);
    await using _ = screen;
    const first = await screen.until("| answered | llm 3000ms");
    expect(first).toHaveLength(24);
    expect(first[0]).toStartWith("timmy-latency watch");
    expect(first.at(-1)).toStartWith("up, down, enter: a request");
    expect(first.filter((row) => row.startsWith(">"))).toHaveLength(1);

    appendTurn(log, "cccc0003", 2, 3);
    const now = await screen.until("NOW: cccc0003");
    expect(now.some((row) => row.startsWith("▶ llm "))).toBe(true);

    await screen.keys("Down", "Enter");
    await screen.until("Request ID: bbbb0002");
    await screen.keys("Escape");
    await screen.until("up, down, enter");

    await screen.keys("/", "b", "b", "b");
    await screen.until(/^\/bbb_/);
    await screen.keys("Enter");
    const filtered = await screen.until("/: filter (bbb)");
    expect(filtered.filter((row) => row.includes("| answered |"))).toHaveLength(1);
    await screen.keys("Escape");
    // What is chosen stays chosen while others arrive above it.
    await screen.keys("Down");
    appendTurn(log, "eeee0005", 2);
    const grown = await screen.until(/^ .*eeee0005/);
    expect(grown.filter((row) => row.startsWith(">")).join("\n")).toContain("bbbb0002");

    await screen.keys("p");
    await screen.until("PAUSED");
    appendTurn(log, "dddd0004", 1, 3);
    await Bun.sleep(700);
    expect((await screen.grid()).join("\n")).not.toContain("dddd0004");
    await screen.keys("p");
    await screen.until("NOW: dddd0004");

    await screen.keys("q");
    const after = await screen.until("same terminal");
    expect(after).toContain("ended with 0");
    expect(after.join("\n")).not.toContain("timmy-latency watch   /");
  });

  test("fits the terminal again after a change of its size", async () => {
    using folder = temporaryFolder();
    const { screen } = await open(folder.path);
    await using _ = screen;
    await screen.until("llm 3000ms");
    await screen.resize(60, 12);
    const isFitting = (rows: readonly string[]) =>
      rows.length === 12 && rows.includes("─".repeat(60)) && rows.at(-1)?.startsWith("up, down");
    while (!isFitting(await screen.grid())) await Bun.sleep(50);
  });

  const ways: readonly (readonly [
    way: string,
    end: (screen: Tmux, log: string) => Promise<void>,
    status: string,
  ])[] = [
    ["Ctrl-C", (screen) => screen.keys("C-c"), "ended with 130"],
    ["SIGTERM", (_, log) => signal(log, "TERM"), "ended with 143"],
    ["SIGHUP", (_, log) => signal(log, "HUP"), "ended with 129"],
  ];
  for (const [way, end, status] of ways) {
    test(`gives the terminal back at ${way}`, async () => {
      using folder = temporaryFolder();
      const { log, screen } = await open(folder.path);
      await using _ = screen;
      await screen.until("llm 3000ms");
      await end(screen, log);
      const after = await screen.until("same terminal");
      expect(after.join("\n")).toContain(status);
      expect(after.join("\n")).not.toContain("timmy-latency watch   /");
    });
  }
  test("was ended in three ways", () => expect(ways).toHaveLength(3));

  test("lives on a terminal that sends no keys", async () => {
    using folder = temporaryFolder();
    const { screen } = await open(folder.path, "exec < /dev/null;");
    await using _ = screen;
    await screen.until("llm 3000ms");
  });
});

/** Signals the watch of a log, found by its own arguments. */
async function signal(log: string, name: string): Promise<void> {
  const glob = new Bun.Glob("[0-9]*/cmdline");
  for (const path of glob.scanSync({ cwd: "/proc", onlyFiles: false })) {
    const words = (
      await Bun.file(`/proc/${path}`)
        .text()
        .catch(() => "")
    ).split("\0");
    if (words[1] === "watch" && words.includes(log)) {
      process.kill(Number(path.split("/")[0]), `SIG${name}`);
      return;
    }
  }
  throw new Error(`Nobody watches ${log}`);
}
