import { describe, expect, test } from "bun:test";
import { requireCollectorUrl } from "../../cmd/_collector.ts";
import { Post } from "../../cmd/_post.ts";
import { usualRetries } from "../../cmd/_retry.ts";
import { AccessError } from "../../lib/error.ts";
import { requestToOtlp } from "../../lib/render/otlp.ts";
import { analyzeRequest, describeRequest } from "../../lib/request/describe.ts";
import { type Answer, answering, startCollector } from "../support/collector.ts";
import { eventAt } from "../support/events.ts";
import { checkOtlp } from "../support/otlp_rules.ts";

const nowMs = Date.UTC(2025, 10, 27, 14, 30, 0);

const fullAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

function resourcesOf(id: string, spans = 1) {
  const events = Array.from({ length: spans }, (_, index) => [
    eventAt(index * 2, `x${index}_start`, { id, service: "v34" }),
    eventAt(index * 2 + 1, `x${index}_end`, { id, service: "v34" }),
  ]).flat();
  const request = describeRequest(analyzeRequest({ id, events }));
  return requestToOtlp(request, { name: "timmy-latency", version: "1" });
}

/** Sends to a collector that answers so; nobody waits for a clock. */
async function sendTo(
  url: string,
  { requests = [resourcesOf("a")], timeoutMs = 5000, headers = {} } = {},
) {
  const sleeps: number[] = [];
  const notes: string[] = [];
  const post = new Post(
    { url: requireCollectorUrl(url), headers },
    {
      rules: usualRetries,
      timeoutMs,
      nowMs: () => nowMs,
      random: () => 0.5,
      sleep: async (milliseconds) => void sleeps.push(milliseconds),
      note: async (text) => void notes.push(text),
    },
  );
  let error: unknown = null;
  try {
    for (const request of requests) await post.add(request);
    await post.flush();
  } catch (thrown) {
    error = thrown;
  }
  const { acceptedSpans: accepted, rejectedSpans: rejected, rejection, batches } = post;
  return { sleeps, notes, error, accepted, rejected, rejection, batches };
}

describe("Post", () => {
  test("sends OTLP/JSON, gzipped, with the headers it was given and its own on top", async () => {
    using collector = startCollector(answering(200));
    const headers = { "api-key": "k", "content-type": "text/plain", "content-encoding": "br" };
    const sent = await sendTo(collector.url, { headers });
    expect(sent).toMatchObject({ error: null, accepted: 2, rejected: 0, batches: 1, notes: [] });
    const [request] = collector.received;
    expect(request).toMatchObject({ method: "POST", path: "/v1/traces" });
    expect(request?.headers).toMatchObject({
      ...{ "content-type": "application/json", "content-encoding": "gzip", "api-key": "k" },
    });
    expect(checkOtlp(request?.body ?? "")).toHaveLength(2);
    expect(collector.received).toHaveLength(1);
  });

  test("sends nothing for nothing", async () => {
    using collector = startCollector(answering(200));
    expect(await sendTo(collector.url, { requests: [] })).toMatchObject({
      error: null,
      batches: 0,
    });
    expect(collector.received).toEqual([]);
  });

  test("sends many requests in batches, each once and in order", async () => {
    using collector = startCollector(answering(200));
    const requests = Array.from({ length: 60 }, (_, index) => resourcesOf(`id${index}`, 99));
    const sent = await sendTo(collector.url, { requests });
    expect(sent).toMatchObject({ error: null, accepted: 6000, batches: 12 });
    const traces = collector.received.map(({ body }) => {
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: (typeof requests)[number] };
      return resourceSpans.map(({ scopeSpans }) => scopeSpans[0]?.spans[0]?.traceId);
    });
    expect(traces.map((batch) => batch.length)).toEqual(Array(12).fill(5));
    expect(traces.flat()).toEqual(
      requests.map(([resource]) => resource?.scopeSpans[0]?.spans[0]?.traceId),
    );
  });

  for (const status of [429, 502, 503, 504]) {
    test(`tries again after ${status}, ever later, with the same bytes`, async () => {
      using collector = startCollector(...Array(3).fill(answering(status)), answering(200));
      const sent = await sendTo(collector.url);
      expect(sent).toMatchObject({ error: null, accepted: 2, sleeps: [750, 1500, 3000] });
      expect(sent.notes[0]).toBe(
        `Cannot send 2 spans to ${collector.url}/v1/traces just now: the collector answers ${status} ({}); try 2 of 6 in 0.75s`,
      );
      expect(new Set(collector.received.map(({ body }) => body)).size).toBe(1);
      expect(collector.received).toHaveLength(4);
    });
  }

  test("waits as long as Retry-After asks, in seconds or until a date", async () => {
    const asking = (value: string) => answering(503, "", { "retry-after": value });
    using collector = startCollector(
      asking("7"),
      asking("Thu, 27 Nov 2025 14:30:09 GMT"),
      asking("0"),
      asking("whenever"),
      answering(200),
    );
    const sent = await sendTo(collector.url);
    expect(sent).toMatchObject({ error: null, accepted: 2, sleeps: [7000, 9000, 0, 6000] });
  });

  test("gives up where it is asked for more patience than it has", async () => {
    using collector = startCollector(answering(429, "", { "retry-after": "3600" }));
    const { error, sleeps } = await sendTo(collector.url);
    expect(error).toBeInstanceOf(AccessError);
    expect(String(error)).toEndWith(
      "the collector answers 429, and asks to wait 3600 s; send them later",
    );
    expect(sleeps).toEqual([]);
    expect(collector.received).toHaveLength(1);
  });

  test("gives up after six tries", async () => {
    using collector = startCollector(answering(503, "busy\u001b[31m"));
    const { error, sleeps } = await sendTo(collector.url);
    expect(String(error)).toBe(
      `AccessError: Cannot send 2 spans to ${collector.url}/v1/traces, tried 6 times: the collector answers 503 (busy\\x1b[31m)`,
    );
    expect(sleeps).toEqual([750, 1500, 3000, 6000, 12_000]);
    expect(collector.received).toHaveLength(6);
  });

  test.each([300, 301, 307, 400, 401, 403, 404, 408, 413, 415, 500, 501, 505])(
    "takes %d for final",
    async (status) => {
      const body = '{"code": 3, "message": "no such thing"}';
      using collector = startCollector(answering(status, body, { location: "/elsewhere" }));
      const { error, sleeps } = await sendTo(collector.url);
      expect(String(error)).toBe(
        `AccessError: Cannot send 2 spans to ${collector.url}/v1/traces: the collector answers ${status} (no such thing)`,
      );
      expect(sleeps).toEqual([]);
      expect(collector.received).toHaveLength(1);
    },
  );

  test("does not send again what was taken in part, and counts what was not", async () => {
    const partial = (rejectedSpans: unknown, errorMessage: string) =>
      answering(200, JSON.stringify({ partialSuccess: { rejectedSpans, errorMessage } }));
    using collector = startCollector(partial("3", "too\told"), partial(1, "also"), answering(200));
    const requests = ["a", "b", "c"].map((id) => resourcesOf(id, 2047));
    const sent = await sendTo(collector.url, { requests });
    expect(sent).toMatchObject({
      ...{ error: null, batches: 3, rejected: 4, accepted: 3 * 2048 - 4, rejection: "too\\x09old" },
      ...{ sleeps: [], notes: [] },
    });
    expect(collector.received).toHaveLength(3);
  });

  test("passes on what a collector says of a batch that it took whole", async () => {
    using collector = startCollector(
      answering(200, '{"partialSuccess": {"rejectedSpans": 0, "errorMessage": "soon full"}}'),
    );
    const sent = await sendTo(collector.url);
    expect(sent).toMatchObject({
      accepted: 2,
      rejected: 0,
      notes: ["The collector says: soon full"],
    });
  });

  test.each([
    "",
    "OK",
    "null",
    "[]",
    '{"partialSuccess": 5}',
    '{"partialSuccess": {"rejectedSpans": "x"}}',
  ])("takes %p for all of it", async (body) => {
    using collector = startCollector(answering(200, body));
    expect(await sendTo(collector.url)).toMatchObject({ error: null, accepted: 2, rejected: 0 });
  });

  test("tries again where nobody listens, and gives up", async () => {
    const collector = startCollector(answering(200));
    collector[Symbol.dispose]();
    const { error, sleeps } = await sendTo(collector.url);
    expect(String(error)).toEndWith("tried 6 times: the connection is refused");
    expect(sleeps).toHaveLength(5);
  });

  test("tries again where no answer comes in time", async () => {
    const never: Answer = () => new Promise(() => {});
    using collector = startCollector(never, answering(200));
    const { error, accepted, notes } = await sendTo(collector.url, { timeoutMs: 300 });
    expect({ error, accepted }).toEqual({ error: null, accepted: 2 });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain("no answer within 0.30s");
  });

  test("tries again where the connection breaks, before the answer or within", async () => {
    const answers = ["", "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", fullAnswer];
    let connections = 0;
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (socket) => void socket.end(answers[connections++]) },
    });
    const sent = await sendTo(`http://127.0.0.1:${server.port}`);
    server.stop(true);
    expect(sent).toMatchObject({ error: null, accepted: 2, sleeps: [750, 1500] });
    for (const note of sent.notes) expect(note).toContain("the connection is closed");
    expect(connections).toBe(3);
  });

  test("reads no more of an answer than it needs", async () => {
    let sentBytes = 0;
    const endless: Answer = () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await Bun.sleep(1);
            sentBytes += 65_536;
            controller.enqueue(new Uint8Array(65_536).fill(120));
          },
        }),
        { status: 400 },
      );
    using collector = startCollector(endless);
    const { error } = await sendTo(collector.url);
    expect(String(error)).toContain("answers 400 (xxx");
    expect(sentBytes).toBeLessThan(20 * 1024 * 1024);
  });
});
