import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { bareProcess, binary, fixtures, runShell, temporaryFolder } from "../support/binary.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

describe("a signal", () => {
  const signals = [
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const;

  for (const [signal, code] of signals) {
    test(`${signal} ends a run that reads with ${code}`, async () => {
      const child = Bun.spawn([binary, "analyze", "-", "--format", "ndjson"], {
        ...bareProcess({}),
        stdin: "pipe",
        stdout: "pipe",
        stderr: "pipe",
      });
      // Far more than buffers hold: the first output proves that the run is at work.
      for (let index = 0; index < 2000; index++) {
        const fields = `"request_id": "id${index}", "service": "stt", "event": "x"`;
        child.stdin.write(`{"timestamp": ${index * 1000}, ${fields}}\n`);
      }
      await child.stdin.flush();
      const reader = child.stdout.getReader();
      const { value } = await reader.read();
      expect(value?.length).toBeGreaterThan(0);
      child.kill(signal);
      expect(await child.exited).toBe(code);
      reader.releaseLock();
      await child.stdout.cancel();
      expect(await new Response(child.stderr).text()).toBe("");
    });
  }

  test("every signal was met", () => expect(signals).toHaveLength(3));
});

describe("FILE may be", () => {
  const sample = join(fixtures, "readme-sample.log");

  test("a process substitution, or several", async () => {
    const script = 'timmy analyze <(head -n 7 "$1") <(tail -n 7 "$1") --format json';
    const { code, stdout, stderr } = await runShell(script, [sample]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { requests, log } = JSON.parse(stdout);
    expect(requests).toHaveLength(1);
    expect(requests[0].id).toBe("abc123de");
    expect(requests[0].figures.total).toBeCloseTo(8450, 3);
    expect(log).toMatchObject({ events: 14, lines: 14 });
  });

  test("a FIFO, a pipe on standard input, a here-document", async () => {
    using folder = temporaryFolder();
    const script = `
      mkfifo fifo; cat "$1" >fifo & timmy analyze fifo --summary; wait; echo @@
      cat "$1" | timmy analyze - --summary; echo @@
      timmy analyze - --summary <<< "$(cat "$1")"; echo @@
      timmy analyze /dev/stdin --summary < "$1"`;
    const { stdout, stderr } = await runShell(script, [sample], { cwd: folder.path });
    expect(stderr).toBe("");
    const summaries = stdout.split("@@\n");
    expect(summaries).toHaveLength(4);
    expect(new Set(summaries).size).toBe(1);
  });

  test("one of a thousand", async () => {
    using folder = temporaryFolder();
    const script = `
      for i in {1..1000}; do echo "{\\"timestamp\\": $i, \\"request_id\\": \\"id$i\\", \\"event\\": \\"x\\"}" >$i.log; done
      timmy analyze *.log --format json`;
    const { code, stdout } = await runShell(script, [], { cwd: folder.path });
    expect(code).toBe(0);
    const { requests, log } = JSON.parse(stdout);
    expect(requests).toHaveLength(1000);
    expect(log.files).toHaveLength(1000);
    expect(requests[999].id).toBe("id1000");
  });

  test("one of more than may be open at a time: exit 5, and the sentence says so", async () => {
    using folder = temporaryFolder();
    const script = `
      for i in {1..100}; do echo null >$i.log; done; ulimit -n 50; timmy analyze *.log`;
    const { code, stdout, stderr } = await runShell(script, [], { cwd: folder.path });
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toMatch(
      /^timmy-latency: Cannot read the log \d+\.log: this process has too many open files\n$/,
    );
  });
});

test("a request of today is shown without the date", async () => {
  using folder = temporaryFolder();
  const script = 'timmy log a stt stt_x --log voice.log --at 0.001s; timmy analyze voice.log "$@"';
  for (const args of [[], ["--utc"]]) {
    const dayBefore = new Date().getUTCDate();
    const { stdout } = await runShell(script, args, { cwd: folder.path });
    // At midnight the day may change between the event and its analysis.
    if (new Date().getUTCDate() !== dayBefore) continue;
    expect(stdout).toMatch(/^Start Time: \d\d:\d\d:\d\d$/m);
  }
});
