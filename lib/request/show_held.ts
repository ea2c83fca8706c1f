import type { Engine } from "../event/scanner/engine.ts";
import { RequestView } from "./compact_request.ts";
import type { HeldRequest } from "./table_fingerprint.ts";

/** What the compiled table offers of what it holds; `assembly/show_held.ts` explains each. */
interface HeldExports {
  showHeld(): void;
  readonly shownPlace: WebAssembly.Global<"f64">;
  readonly shownFirst: WebAssembly.Global<"f64">;
  readonly shownLast: WebAssembly.Global<"f64">;
  readonly shownSessionSeconds: WebAssembly.Global<"f64">;
}

/**
 * Shows every open request of an engine's table, the one idle longest first, and then those that are closed
 * and wait for an older one, the oldest first; each is valid until the next is shown.
 */
export function showHeld(engine: Engine, show: (request: HeldRequest) => void): void {
  const exports = engine.exports as unknown as HeldExports;
  const view = new RequestView(engine);
  engine.host["showRequest"] = (
    isOpen = 0,
    events = 0,
    id = 0,
    idLength = 0,
    isWide = 0,
    session = 0,
    sessionLength = 0,
  ) => {
    view.point(-1, events, id, idLength, isWide, session, sessionLength);
    show({
      isOpen: isOpen !== 0,
      id: view.id,
      place: exports.shownPlace.value,
      firstSeconds: exports.shownFirst.value,
      lastSeconds: exports.shownLast.value,
      events: view.events,
      captured: view.captured,
      session: view.session,
      sessionSeconds: exports.shownSessionSeconds.value,
    });
  };
  exports.showHeld();
}
