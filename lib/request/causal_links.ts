import { causalCalls, causalHops } from "../event/causality.ts";

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

interface NamedEvent {
  readonly service: string;
  readonly name: string;
}

/** Events without a service are nobody's, or those of several clocks. */
const nobody = "unknown";

/** Where a name occurs in a request; -1 if more than once. */
type Places = ReadonlyMap<string, number>;

/**
 * The exchanges between services in a request whose events have these names, in this order. Only
 * what happened once counts, as otherwise cause and effect could be mistaken.
 */
export function findExchanges(events: readonly NamedEvent[]): Exchange[] {
  const places = new Map<string, number>();
  for (const [place, { name }] of events.entries()) places.set(name, places.has(name) ? -1 : place);
  return causalHops.flatMap((hop): Exchange[] => {
    const cause = placeOf(hop.starts, places);
    const effect = placeOf(hop.ends, places);
    const [from, to] = [events[cause]?.service, events[effect]?.service];
    if (from === undefined || to === undefined || from === to) return [];
    if (from === nobody || to === nobody) return [];
    const answer = findAnswer(events, places, hop.name, { from, to });
    return [{ from, to, hop: { cause, effect }, answer }];
  });
}

/** The place of the first of these names that occurs. */
function placeOf(names: readonly string[], places: Places): number {
  const chosen = names.find((name) => places.has(name));
  return chosen === undefined ? -1 : (places.get(chosen) ?? -1);
}

function findAnswer(
  events: readonly NamedEvent[],
  places: Places,
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
