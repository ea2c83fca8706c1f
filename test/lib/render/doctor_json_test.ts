import { expect, test } from "bun:test";
import { renderDoctorJson } from "../../../lib/render/doctor_json.ts";
import type { Check, EventHealthReport, PlaceReport } from "../../../lib/report/doctor_report.ts";

const place: PlaceReport = {
  log: "/x.log",
  rule: "--log",
  kind: "file",
  isLink: false,
  bytes: 1,
  mode: 0,
  owner: 0,
  links: 1,
  readRefusal: "why",
  writeRefusal: null,
  rotateRefusal: null,
  fileSystem: { type: "ext4", mountPoint: "/", reach: "local" },
  freeBytes: null,
  lease: "untried",
  lock: { state: "held", holder: 42 },
  archives: {
    count: 1,
    bytes: 2,
    unfinished: [{ file: "/x.raw", bytes: 3, lastWriteSeconds: 4.5 }],
    leftovers: 0,
  },
};

const events: EventHealthReport = {
  lastSeconds: 7.5,
  writers: [{ service: "stt", events: 2, lastSeconds: 7.5 }],
  clocks: [{ name: "stt→v34", n: 1, of: 2, medianMs: 48 }],
  offsets: [
    {
      from: "stt",
      to: "v34",
      exchanges: 2,
      conflicts: 1,
      odd: 0,
      stretches: [
        { fromSeconds: 1.5, untilSeconds: 6.5, exchanges: 2, lowestMs: null, highestMs: -48 },
      ],
    },
  ],
  reversed: [{ name: "llm", n: 1, of: 1, medianMs: 3 }],
  future: { events: 1, services: ["tts"], aheadSeconds: 1.5 },
};

const check = (verdict: Check["verdict"]): Check => ({
  name: "n",
  verdict,
  value: "v",
  advice: null,
});

test("renderDoctorJson() writes what is known in snake case, milliseconds and Unix seconds", () => {
  const text = renderDoctorJson([check("good")], place, events, null);
  expect(text).toEndWith("}\n");
  expect(JSON.parse(text)).toMatchObject({
    schema: 1,
    place: {
      mode: "0000",
      read_refusal: "why",
      file_system: { type: "ext4", mount_point: "/", reach: "local" },
      lock: { state: "held", holder: 42 },
      archives: { unfinished: [{ file: "/x.raw", bytes: 3, last_write: 4.5 }] },
    },
    events: {
      last: 7.5,
      writers: [{ service: "stt", events: 2, last: 7.5 }],
      clocks: [{ name: "stt→v34", n: 1, of: 2, median: 48 }],
      offsets: [
        {
          from: "stt",
          to: "v34",
          exchanges: 2,
          conflicts: 1,
          odd: 0,
          stretches: [{ from: 1.5, until: 6.5, exchanges: 2, lowest: null, highest: -48 }],
        },
      ],
      reversed: [{ name: "llm", n: 1, of: 1, median: 3 }],
      future: { events: 1, services: ["tts"], ahead: 1500 },
    },
    log: null,
  });
});

test("renderDoctorJson() writes null for what could not be found out", () => {
  const unknown = { ...place, kind: null, mode: null, archives: null };
  const document = JSON.parse(renderDoctorJson([], unknown, null, null));
  expect(document).toMatchObject({ events: null, log: null, checks: [] });
  expect(document.place).toMatchObject({ kind: null, mode: null, archives: null });
});

test("renderDoctorJson() is healthy unless something needs care", () => {
  const healthy = (...checks: Check[]) =>
    JSON.parse(renderDoctorJson(checks, place, null, null)).healthy;
  expect(healthy(check("good"), check("note"))).toBe(true);
  expect(healthy(check("good"), check("care"))).toBe(false);
});
