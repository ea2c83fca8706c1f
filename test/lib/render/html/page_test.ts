import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { encodeEvent } from "../../../../lib/event/encode.ts";
import type { TimingEvent } from "../../../../lib/event/timing_event.ts";
import { reportLog } from "../../../../lib/pipeline/report_log.ts";
import { renderPage } from "../../../../lib/render/html/page.ts";
import { fixtures, temporaryFolder } from "../../../support/binary.ts";
import { turnEvents } from "../../../support/conversation.ts";
import { eventAt } from "../../../support/events.ts";
import { readPage } from "../../../support/page.ts";
import { writeEvents } from "../../../support/turn_log.ts";

const options = { utc: true, nowSeconds: 1_764_300_000, version: "0.1.0", isLive: false };

async function pageOf(path: string): Promise<string> {
  const reading = { names: [path], idleSeconds: 600, maxLineBytes: 1024 * 1024, selection: {} };
  const { page } = await reportLog(reading, { gapSeconds: null, contextTokens: 8_000 });
  return renderPage(page, options);
}

async function pageOfEvents(events: readonly TimingEvent[]): Promise<string> {
  using folder = temporaryFolder();
  const path = join(folder.path, "latency.log");
  writeEvents(path, events);
  return await pageOf(path);
}

describe("renderPage()", () => {
  test("makes one file that may run its own script and style and load nothing", async () => {
    const page = await pageOf(join(fixtures, "conversation.log"));
    const [, policy = ""] =
      /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const [, script = ""] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
    const hash = (text: string) =>
      `&#39;sha256-${createHash("sha256").update(text).digest("base64")}&#39;`;
    expect(policy.split("; ")).toEqual([
      "default-src &#39;none&#39;",
      `script-src ${hash(script)}`,
      `style-src ${hash(style)}`,
      "base-uri &#39;none&#39;",
      "form-action &#39;none&#39;",
    ]);
    expect(script.length).toBeGreaterThan(10_000);
    const { attributes, elements } = readPage(page);
    for (const name of ["src", "style", "srcset", "onclick"])
      expect(attributes).not.toContain(name);
    for (const name of ["img", "link", "iframe", "object"]) expect(elements).not.toContain(name);
    // Nothing is named that a browser would fetch, but names of namespaces, which it never does.
    expect(style).not.toMatch(/url\(|@import/);
  });

  test("takes at most 150 KB beside the log's data", async () => {
    const page = await pageOfEvents([eventAt(0, "stt_x")]);
    expect(Buffer.byteLength(page)).toBeLessThan(150_000);
    expect(Buffer.byteLength(page)).toBeGreaterThan(50_000);
  });

  test("gives every element an id of its own, also to requests of one id, and links lead there", async () => {
    const again = Array.from({ length: 4 }, (_, index) =>
      turnEvents({ id: "same/ü", at: index * 5_000, session: "s" }),
    );
    const other = turnEvents({ id: "same/ü-2", at: 60_000, session: "s" });
    const page = readPage(await pageOfEvents([...again, other].flat()));
    expect(page.requests.map(({ anchor }) => anchor)).toEqual([
      "request-same%2F%C3%BC",
      "request-same%2F%C3%BC-2",
      "request-same%2F%C3%BC-3",
      "request-same%2F%C3%BC-4",
      "request-same%2F%C3%BC-2-2",
    ]);
    expect(new Set(page.ids).size).toBe(page.ids.length);
    const inside = page.links.filter((link) => link.startsWith("#request-"));
    expect(new Set(inside).size).toBe(5);
    expect(page.links.filter((link) => !page.ids.includes(link.slice(1)))).toEqual([]);
    expect(page.links.length).toBeGreaterThan(10);
  });

  test("stays small whatever one request, one name or one line holds", async () => {
    const long = "<&\"'".repeat(50_000);
    const metadata = { text: long };
    const many = Array.from({ length: 9_000 }, (_, index) =>
      eventAt(index * 5, `stt_${index % 3_000}`, {
        id: "many",
        metadata: { "'": '"'.repeat(300) },
      }),
    );
    const page = await pageOfEvents([
      ...many,
      eventAt(0, `stt_${long}_start`, { id: long, service: long, metadata }),
      eventAt(50_000, `stt_${long}_end`, { id: long, service: long, metadata }),
    ]);
    expect(Buffer.byteLength(page)).toBeLessThan(1_500_000);
    expect(page.includes("Its details would make this page too large")).toBe(true);
    expect(/the 200 with the most time of 300\d/.test(page)).toBe(true);
  });

  test("has no more than its share for many requests, and says which rule chose them", async () => {
    const metadata = { text: "x".repeat(1_900) };
    const events = Array.from({ length: 400 }, (_, index) => [
      ...turnEvents({ id: `id${index}`, at: index * 60 }),
      ...Array.from({ length: 30 }, (__, more) =>
        eventAt(5_000 + index * 60_000 + more, "tts_note", { id: `id${index}`, metadata }),
      ),
    ]).flat();
    const page = await pageOfEvents(events);
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
    const rule = /\d+ of 400 requests: the 60 longest by voice-to-voice, the 30 longest/;
    expect(rule.test(page)).toBe(true);
    expect(readPage(page).requests.length).toBeLessThanOrEqual(200);
  });

  test("tells of a log without any request, too", async () => {
    const { page } = await reportLog(
      { names: [], idleSeconds: 600, maxLineBytes: 1024, selection: {} },
      { gapSeconds: null, contextTokens: 8_000 },
    );
    const markup = renderPage(page, options);
    expect(markup).toContain("no request");
    expect(readPage(markup).requests).toEqual([]);
  });

  test("may connect to where it came from only if it is served", async () => {
    const { page } = await reportLog(
      { names: [], idleSeconds: 600, maxLineBytes: 1024, selection: {} },
      { gapSeconds: null, contextTokens: 8_000 },
    );
    expect(renderPage(page, options)).not.toContain("connect-src");
    const live = renderPage(page, { ...options, isLive: true });
    expect(live).toContain("connect-src &#39;self&#39;");
    expect(live).toContain('data-live="yes"');
  });

  test("shows the bytes of an event that is no page as text", async () => {
    const line = encodeEvent(eventAt(0, "</SCRIPT><img src=x onerror=alert(1)>"));
    expect(line).toContain("</SCRIPT>");
    const page = readPage(
      await pageOfEvents([
        eventAt(0, "</SCRIPT><img src=x onerror=alert(1)>", { service: '"onload="x' }),
      ]),
    );
    expect(page.elements).not.toContain("img");
    for (const name of ["onerror", "onload"]) expect(page.attributes).not.toContain(name);
  });
});
