import { causalCalls, causalHops } from "../event/causality.ts";
import { KnownPlaces, type NamedEvent } from "./known_places.ts";

/** An event of one service that another's cannot come before. Places count from the request's start. */
export interface CausalLink {
  readonly cause: number;
  readonly effect: number;
}

/** What one request tells of two clocks: something was sent, and perhaps answered. */
export interface Exchange {
  /** The service that sends. */
  readonly from: string;
  readonly to: string;
  readonly hop: CausalLink;
  /** From the last that the called service did for it to the caller's notice of the answer. */
  readonly answer: CausalLink | null;
}

/** Events without a service are nobody's, or those of several clocks. */
export const nobody = "unknown";

/**
 * The exchanges between services in a request whose events have these names, in this order. Only
 * what happened once counts, as otherwise cause and effect could be mistaken.
 */
export function findExchanges(
  events: readonly NamedEvent[],
  places = new KnownPlaces(events),
): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const hop of causalHops) {
    const cause = placeOf(hop.starts, places);
    const effect = placeOf(hop.ends, places);
    const [from, to] = [events[cause]?.service, events[effect]?.service];
    if (from === undefined || to === undefined || from === to) continue;
    if (from === nobody || to === nobody) continue;
    const answer = findAnswer(events, places, hop.name, { from, to });
    exchanges.push({ from, to, hop: { cause, effect }, answer });
  }
  return exchanges;
}

/** The place of the first of these names that occurs; -1 if it does more than once. */
function placeOf(names: readonly string[], places: KnownPlaces): number {
  const met = places.ofFirst(names);
  return met.length === 1 ? (met[0] ?? -1) : -1;
}

function findAnswer(
  events: readonly NamedEvent[],
  places: KnownPlaces,
  hop: string,
  { from, to }: Pick<Exchange, "from" | "to">,
): CausalLink | null {
  const call = causalCalls.find((one) => one.hop === hop);
  if (call === undefined) return null;
  const effect = placeOf([call.answer], places);
  if (events[effect]?.service !== from) return null;
  const cause = events.findLastIndex(({ service, name }) => service === to && call.work.has(name));
  return { cause, effect };
}
