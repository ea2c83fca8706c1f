import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeLine } from "../../../lib/event/decode.ts";
import { eventToJson } from "../../../lib/render/event_json.ts";
import { hostileRequest } from "../../support/hostile_requests.ts";

describe("eventToJson()", () => {
  test("is an event of the log again", () => {
    let events = 0;
    fc.assert(
      fc.property(hostileRequest, ({ id, events: all }) => {
        for (const event of all) {
          const bytes = new TextEncoder().encode(JSON.stringify(eventToJson(id, event)));
          const read = decodeLine(bytes, 0, bytes.length, false);
          const expected = {
            timestampSeconds: event.atSeconds,
            requestId: id,
            service: event.service,
            name: event.name,
            metadata: event.metadata,
          };
          // JSON has no minus zero.
          expect(read?.events).toEqual([JSON.parse(JSON.stringify(expected))]);
          events++;
        }
      }),
    );
    expect(events).toBeGreaterThan(200);
  });
});
