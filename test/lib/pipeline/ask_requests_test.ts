import { expect, test } from "bun:test";
import { parseClickHouseAddress } from "../../../lib/clickhouse/address.ts";
import { ClickHouse } from "../../../lib/clickhouse/client.ts";
import { handOut, timesOf } from "../../../lib/pipeline/ask_requests.ts";
import { askedServer } from "../../../lib/pipeline/asked_server.ts";
import { eventAt } from "../../support/events.ts";

const address = "clickhouse://localhost:8123/latency";
const options = { idleSeconds: 600, maxLineBytes: 1024, selection: {} };
const openServer = (text: string) =>
  new ClickHouse(parseClickHouseAddress(text), { credentials: null, timeoutMs: 1, userAgent: "t" });

test("askedServer() opens the server that is named, and none for files", () => {
  expect(askedServer({ ...options, names: [address], openServer })?.address.text).toBe(address);
  expect(askedServer({ ...options, names: ["clickhouse.log"], openServer })).toBeNull();
  expect(askedServer({ ...options, names: [], openServer })).toBeNull();
});

test("askedServer() refuses a server beside other logs, as an import, and where none can be opened", () => {
  const refused = [
    { ...options, names: ["a.log", address], openServer },
    { ...options, names: [address], from: "pipecat", openServer },
    { ...options, names: [address] },
  ];
  const messages = refused.map((one) => {
    try {
      return askedServer(one);
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  });
  expect(messages).toEqual([
    "Cannot read ClickHouse together with other logs: name it alone",
    "Cannot use --from pipecat with ClickHouse: it holds events of ours",
    "Cannot ask ClickHouse here: name a log",
  ]);
});

test("handOut() closes a request that has too many events, as the reader of a log does", () => {
  const events = Array.from({ length: 20_001 }, (_, at) => eventAt(at / 1000, "stt_step"));
  const sizes: number[] = [];
  const closedEarly = handOut(events, 600, (trace) => sizes.push(trace.events.length));
  expect([closedEarly, ...sizes]).toEqual([2, 10_000, 10_000, 1]);
});

test("timesOf() gives whole microseconds, and nothing where nothing is asked", () => {
  expect(timesOf({ sinceSeconds: 1_732_742_399.999_442 })).toEqual({
    since: 1_732_742_399_999_442,
  });
  expect(timesOf({ untilSeconds: -1.5 })).toEqual({ until: -1_500_000 });
  expect(timesOf({})).toEqual({});
});
