import { requireLasting } from "../log/lasting_logs.ts";
import { findExchanges } from "../request/causal_links.ts";
import { ClockOffsets } from "../request/clock_offsets.ts";
import { ClockShifts } from "../request/clock_shifts.ts";
import { traceInstants } from "../request/request_trace.ts";
import { askedServer } from "./asked_server.ts";
import { readRequests } from "./read_requests.ts";
import type { ReaderOptions } from "./reading.ts";

/**
 * Reads all of a log to learn how far the clocks of its services are apart, whatever is selected of
 * it, before it is read again to be corrected.
 *
 * @throws UsageError if the log cannot be read twice.
 * @throws AccessError if a file cannot be opened or read.
 */
export async function learnClockShifts(options: ReaderOptions): Promise<ClockShifts> {
  if (askedServer(options) === null) requireLasting(options.names, "--correct-clocks");
  const clocks = new ClockOffsets();
  await readRequests(
    { ...options, measuresOnly: true },
    () => true,
    (trace) => clocks.add(findExchanges(trace.events), traceInstants(trace)),
  );
  return new ClockShifts(clocks.read());
}
