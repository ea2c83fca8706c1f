import type { Fault } from "../event/decode.ts";
import type { TimingEvent } from "../event/timing_event.ts";

/** What became of some text of another project. */
export interface Converted {
  readonly events: readonly TimingEvent[];
  /** Why some of it could not be used; each is counted as a problem. */
  readonly faults: readonly Fault[];
  /** Nothing in it belongs to a turn, as is known of it; counted as blank. */
  readonly isAside?: boolean;
}

/**
 * Turns what another project logs into events, line by line. Events of a turn may come out later than
 * its lines, and in any order.
 */
export interface Converter {
  take(line: string): Converted;
  /** What is still held when the text has ended. */
  end(): Converted;
}

/** A line that was understood and whose turn is not complete yet. */
export const held: Converted = { events: [], faults: [] };

/** A line that is known to say nothing of a turn. */
export const aside: Converted = { events: [], faults: [], isAside: true };

/** A record that cannot be used: its `field` is not what is `wanted`. */
export function unusable(field: string, wanted: string): Converted {
  return { events: [], faults: [{ kind: "field", detail: `${field} is not ${wanted}` }] };
}
