import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { fixtures, run, temporaryFolder } from "../support/binary.ts";
import { servePage } from "../support/page_server.ts";
import { writeLog } from "../support/voice_log.ts";

// The real program at its own pace, on a machine that may have other work.
setDefaultTimeout(60_000);

const log = join(fixtures, "before.log");

/** Sends bytes as they are; returns all that comes back. */
function ask(url: string, request: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = "";
  const socket = connect(Number(port), hostname, () => socket.write(request));
  socket.on("data", (bytes) => {
    answer += bytes.toString("latin1");
  });
  socket.on("end", () => resolve(answer));
  socket.on("error", reject);
  return promise;
}

/** Reads a stream of events until a text has come. */
async function eventsUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string) {
  const decoder = new TextDecoder();
  let said = "";
  while (!said.includes(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended: ${said}`);
    said += decoder.decode(value, { stream: true });
  }
  return said;
}

describe("report --serve", () => {
  test("answers GET of the page and the events, and nothing else", async () => {
    await using server = await servePage(["0", log, "--quiet"]);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const answer = await fetch(server.url);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": "frame-ancestors 'none'",
      "content-type": "text/html; charset=utf-8",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    expect(await answer.text()).toContain("48 requests, 1266 events");
    const statuses: number[] = [];
    for (const [path, method] of [
      ["", "POST"],
      ["", "HEAD"],
      ["events", "DELETE"],
      ["favicon.ico", "GET"],
      ["..%2f..%2fetc%2fpasswd", "GET"],
      ["page", "GET"],
    ] as const) {
      const refusal = await fetch(server.url + path, { method });
      statuses.push(refusal.status);
      expect(await refusal.text()).not.toContain("request");
    }
    expect(statuses).toEqual([405, 405, 405, 404, 404, 404]);
  });

  test("answers only to its own name: a name that was made to lead here gets nothing", async () => {
    await using server = await servePage(["0", log, "--quiet"]);
    const { port } = new URL(server.url);
    const statusOf = async (host: string | null, path = "/") => {
      const line = host === null ? "" : `Host: ${host}\r\n`;
      const answer = await ask(
        server.url,
        `GET ${path} HTTP/1.1\r\n${line}Connection: close\r\n\r\n`,
      );
      expect(answer.includes("1266 events")).toBe(answer.startsWith("HTTP/1.1 200"));
      return answer.slice(9, 12);
    };
    expect(await statusOf(`127.0.0.1:${port}`)).toBe("200");
    expect(await statusOf(`localhost:${port}`)).toBe("200");
    const foreign = [
      `evil.example:${port}`,
      "evil.example",
      "127.0.0.1",
      "localhost",
      `127.0.0.1.evil.example:${port}`,
      `localhost:${Number(port) === 80 ? 81 : 80}`,
      `[::1]:${port}`,
    ];
    for (const host of foreign) {
      expect({ host, status: await statusOf(host) }).toEqual({ host, status: "421" });
      expect(await statusOf(host, "/events")).toBe("421");
    }
    expect(["400", "421"]).toContain(await statusOf(null));
    expect(foreign.length).toBe(7);
  });

  test("listens on this machine alone", async () => {
    await using server = await servePage(["0", log, "--quiet"]);
    const { port } = new URL(server.url);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of others) {
      await expect(ask(`http://${address}:${port}/`, "GET / HTTP/1.1\r\n\r\n")).rejects.toThrow();
    }
    const listening = readFileSync("/proc/net/tcp", "utf8")
      .split("\n")
      .filter((line) => line.split(/\s+/)[2]?.endsWith(`:${hex(Number(port))}`))
      .filter((line) => line.split(/\s+/)[4] === "0A")
      .map((line) => line.split(/\s+/)[2]);
    expect(listening).toEqual([`0100007F:${hex(Number(port))}`]);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("ends at once at %s, also while pages are open", async (signal, code) => {
    await using server = await servePage(["0", log]);
    const readers = [];
    for (let count = 0; count < 3; count++) {
      const answer = await fetch(`${server.url}events`);
      expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      await eventsUntil(reader, "data: Nobody is speaking\n");
      readers.push(reader);
    }
    const ended = await server.end(signal);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toBe(`Serving ${log} on this machine alone; Ctrl-C ends it\n`);
    for (const reader of readers) {
      // Whether the connection was closed or broken is the system's affair.
      const last = await reader.read().catch(() => ({ done: true }));
      expect(last.done).toBe(true);
    }
    expect(readers.length).toBe(3);
  });

  test("ends at once also while it reads a long log", async () => {
    using folder = temporaryFolder();
    const long = join(folder.path, "long.log");
    writeLog(long, 60_000);
    await using server = await servePage(["0", long, "--quiet"]);
    let isAnswered = false;
    const answer = fetch(server.url).then(
      () => {
        isAnswered = true;
      },
      () => {},
    );
    await Bun.sleep(200);
    const { code } = await server.end("SIGTERM");
    await answer;
    expect({ code, isAnswered }).toEqual({ code: 143, isAnswered: false });
  });

  test("takes no more than 32 listeners, and a new one when another has gone", async () => {
    await using server = await servePage(["0", log, "--quiet"]);
    const controllers = [];
    // An answer that nobody holds may be collected, and its connection closed with it.
    const answers = [];
    for (let count = 0; count < 32; count++) {
      const controller = new AbortController();
      answers.push(await fetch(`${server.url}events`, { signal: controller.signal }));
      controllers.push(controller);
    }
    expect(answers.map(({ status }) => status)).toEqual(new Array(32).fill(200));
    expect((await fetch(`${server.url}events`)).status).toBe(503);
    controllers[0]?.abort();
    for (;;) {
      const answer = await fetch(`${server.url}events`);
      if (answer.status === 200) break;
      await Bun.sleep(20);
    }
    for (const controller of controllers) controller.abort();
  });

  test("waits for a log that is not there yet", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    await using server = await servePage(["0", "--log", path, "--quiet"]);
    expect(await (await fetch(server.url)).text()).toContain("no request");
    const answer = await fetch(`${server.url}events`);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await eventsUntil(reader, "data: No log yet\n");
    const first = await run(["log", "abc123de", "stt", "stt_transcript_finalized", "--log", path]);
    expect(first.code).toBe(0);
    const said = await eventsUntil(reader, "event: current\ndata: <p>Last event");
    expect(said).toContain("event: state\ndata: Request abc123de is going on\n");
    await run(["log", "abc123de", "tts", "tts_audio_playback_start", "--log", path]);
    await run(["log", "abc123de", "tts", "tts_audio_playback_complete", "--log", path]);
    await eventsUntil(reader, "event: changed\n");
    expect(await (await fetch(server.url)).text()).toContain("1 request, 3 events");
    await reader.cancel();
    expect((await server.end("SIGTERM")).stderr).toBe("");
  });

  test("takes the port that is asked for, and says so if somebody else has it", async () => {
    await using server = await servePage(["0", log, "--quiet"]);
    const { port } = new URL(server.url);
    const { code, stdout, stderr } = await run(["report", "--serve", port, log]);
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toBe(
      `timmy-latency: Cannot serve on port ${port} of 127.0.0.1: somebody else has it\n`,
    );
  });

  test("with --open shows its address", async () => {
    using folder = temporaryFolder();
    const viewer = join(folder.path, "xdg-open");
    writeFileSync(viewer, '#!/bin/sh\nprintf %s "$1" >"$(dirname "$0")/opened"\n');
    chmodSync(viewer, 0o755);
    const env = { PATH: `${folder.path}:${process.env["PATH"]}` };
    await using server = await servePage(["0", log, "--open", "--quiet"], { env });
    const opened = join(folder.path, "opened");
    while (!existsSync(opened) || readFileSync(opened, "utf8") === "") await Bun.sleep(10);
    expect(readFileSync(opened, "utf8")).toBe(server.url);
  });
});

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
