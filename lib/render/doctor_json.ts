import type { Check, EventHealthReport, PlaceReport } from "../report/doctor_report.ts";
import type { LogReport } from "../report/log_report.ts";
import { clocksToJson } from "./clock_json.ts";
import { jsonSchema, logToJson } from "./json.ts";

/**
 * The whole answer of `doctor` on one line: `{schema, healthy, checks, place, events, log}`. Instants
 * are Unix seconds, durations milliseconds; `events` and `log` are null if the log could not be read.
 */
export function renderDoctorJson(
  checks: readonly Check[],
  place: PlaceReport,
  events: EventHealthReport | null,
  log: LogReport | null,
): string {
  const document = {
    schema: jsonSchema,
    healthy: checks.every(({ verdict }) => verdict !== "care"),
    checks: checks.map(({ name, verdict, value, advice }) => ({ name, verdict, value, advice })),
    place: placeToJson(place),
    events: events && eventsToJson(events),
    log: log && logToJson(log),
  };
  return `${JSON.stringify(document)}\n`;
}

function placeToJson(place: PlaceReport): Record<string, unknown> {
  const { fileSystem, archives } = place;
  return {
    log: place.log,
    rule: place.rule,
    kind: place.kind,
    link: place.isLink,
    bytes: place.bytes,
    mode: place.mode === null ? null : place.mode.toString(8).padStart(4, "0"),
    owner: place.owner,
    links: place.links,
    read_refusal: place.readRefusal,
    write_refusal: place.writeRefusal,
    rotate_refusal: place.rotateRefusal,
    file_system: {
      type: fileSystem.type,
      mount_point: fileSystem.mountPoint,
      reach: fileSystem.reach,
    },
    free_bytes: place.freeBytes,
    lease: place.lease,
    lock: { state: place.lock.state, holder: place.lock.holder },
    archives: archives && {
      count: archives.count,
      bytes: archives.bytes,
      unfinished: archives.unfinished.map(({ file, bytes, lastWriteSeconds }) => ({
        file,
        bytes,
        last_write: lastWriteSeconds,
      })),
      leftovers: archives.leftovers,
    },
  };
}

function eventsToJson(events: EventHealthReport): Record<string, unknown> {
  const clocks = (list: EventHealthReport["clocks"]) =>
    list.map(({ name, n, of, medianMs }) => ({ name, n, of, median: medianMs }));
  return {
    last: events.lastSeconds,
    writers: events.writers.map(({ service, events, lastSeconds }) => ({
      service,
      events,
      last: lastSeconds,
    })),
    clocks: clocks(events.clocks),
    offsets: clocksToJson(events.offsets),
    reversed: clocks(events.reversed),
    future: {
      events: events.future.events,
      services: events.future.services,
      ahead: events.future.aheadSeconds * 1000,
    },
  };
}
