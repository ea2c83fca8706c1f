import type { EventReport } from "../report/request_report.ts";

/**
 * An event under the names that it has in the log, so that what is exported is a log again. `iso_time`
 * is left out: it is a writer's local time, and no reader looks at it.
 */
export function eventToJson(requestId: string, event: EventReport): Record<string, unknown> {
  return {
    timestamp: event.atSeconds,
    request_id: requestId,
    service: event.service,
    event: event.name,
    metadata: event.metadata,
  };
}
