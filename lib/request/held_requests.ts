import type { Engine } from "../event/scanner/engine.ts";
import { type CompactEvents, RequestView } from "./compact_request.ts";

/** What the compiled table shows; `assembly/show_held.ts` explains each. */
interface HeldExports {
  highest(): number;
  nextSweep(): number;
  showHeld(): void;
  readonly shownPlace: WebAssembly.Global<"f64">;
  readonly shownFirst: WebAssembly.Global<"f64">;
  readonly shownLast: WebAssembly.Global<"f64">;
  readonly shownSessionSeconds: WebAssembly.Global<"f64">;
}

/** A request that a table holds: open, or closed and waiting for an older one. */
export interface HeldRequest {
  readonly isOpen: boolean;
  readonly id: string;
  /** Grows with each request that is opened. */
  readonly place: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly events: CompactEvents;
  /** What the captures of `events` point into. */
  readonly captured: Float64Array;
  readonly session: string | null;
  readonly sessionSeconds: number;
}

/** What decides how a table takes the events to come, and when it hands out what. */
export interface HeldRequests {
  readonly highestSeconds: number;
  readonly nextSweepSeconds: number;
  /**
   * Shows every open request, the one idle longest first, and then those that wait, the oldest first;
   * each is valid until the next is shown.
   */
  forEachHeld(show: (request: HeldRequest) => void): void;
}

/** What an engine's table, which must be open, holds at the moment of asking. */
export function heldRequests(engine: Engine): HeldRequests {
  const exports = engine.exports as unknown as HeldExports;
  const { shownPlace, shownFirst, shownLast, shownSessionSeconds } = exports;
  return {
    highestSeconds: exports.highest(),
    nextSweepSeconds: exports.nextSweep(),
    forEachHeld(show) {
      const view = new RequestView(engine);
      engine.host["showRequest"] = (isOpen = 0, events = 0, id = 0, idLength = 0, ...rest) => {
        const [isWide = 0, session = 0, sessionLength = 0] = rest;
        view.point(-1, events, id, idLength, isWide, session, sessionLength);
        show({
          isOpen: isOpen !== 0,
          id: view.id,
          place: shownPlace.value,
          firstSeconds: shownFirst.value,
          lastSeconds: shownLast.value,
          events: view.events,
          captured: view.captured,
          session: view.session,
          sessionSeconds: shownSessionSeconds.value,
        });
      };
      exports.showHeld();
    },
  };
}
