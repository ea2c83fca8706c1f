import type { TimingEvent } from "../event/timing_event.ts";

/** The event's session as JSON text; empty for none. */
export function sessionText({ metadata }: TimingEvent): string {
  const session = Object.hasOwn(metadata, "session_id") ? metadata["session_id"] : null;
  return typeof session === "string" ? JSON.stringify(session) : "";
}
