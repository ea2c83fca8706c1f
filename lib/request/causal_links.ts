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

/**
 * The exchanges between services in a request whose events have these names, in this order. Only
 * what happened once counts, as otherwise cause and effect could be mistaken.
 */
export function findExchanges(events: readonly NamedEvent[]): Exchange[] {
  return causalHops.flatMap((hop): Exchange[] => {
    const cause = onlyPlaceOf(events, hop.starts);
    const effect = onlyPlaceOf(events, hop.ends);
    const [from, to] = [events[cause]?.service, events[effect]?.service];
    if (from === undefined || to === undefined || from === to) return [];
    if (from === nobody || to === nobody) return [];
    return [{ from, to, hop: { cause, effect }, answer: findAnswer(events, hop.name, from, to) }];
  });
}

/** The place of the first name that occurs, or -1 if it occurs twice or none does. */
function onlyPlaceOf(events: readonly NamedEvent[], names: readonly string[]): number {
  const chosen = names.find((name) => events.some((event) => event.name === name));
  const first = events.findIndex((event) => event.name === chosen);
  return events.findLastIndex((event) => event.name === chosen) === first ? first : -1;
}

function findAnswer(
  events: readonly NamedEvent[],
  hop: string,
  from: string,
  to: string,
): CausalLink | null {
  const call = causalCalls.find((one) => one.hop === hop);
  if (call === undefined) return null;
  const effect = onlyPlaceOf(events, [call.answer]);
  const cause = events.findLastIndex(
    ({ service, name }) => service === to && call.work.includes(name),
  );
  return effect < 0 || events[effect]?.service !== from ? null : { cause, effect };
}
