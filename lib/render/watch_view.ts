import type { WatchedRequest } from "../report/watch_report.ts";

/** What the person at the screen has chosen. */
export interface WatchView {
  /** The chosen request; null for the latest one, whichever that is. */
  readonly selected: WatchedRequest | null;
  /** Whether the chosen request is shown instead of the list. */
  readonly isOpen: boolean;
  readonly filter: string;
  /** Whether the filter is being typed. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
}

/** What a key was, by name, or a letter as it is. */
export type Key =
  | "up"
  | "down"
  | "enter"
  | "escape"
  | "backspace"
  | "interrupt"
  | "suspend"
  | string;

/** What is shown before any key was pressed. */
export const firstView: WatchView = {
  selected: null,
  isOpen: false,
  filter: "",
  isTyping: false,
  isPaused: false,
};

/** The requests whose id, outcome, session or slowest step holds a text, in any case. */
export function filterRequests(
  requests: readonly WatchedRequest[],
  filter: string,
): readonly WatchedRequest[] {
  const wanted = filter.toLowerCase();
  if (wanted === "") return requests;
  return requests.filter(({ report }) => {
    const texts = [report.id, report.outcome, report.session ?? "", report.slowest?.name ?? ""];
    return texts.some((text) => text.toLowerCase().includes(wanted));
  });
}

/** What a key makes of the view; `requests` are those that pass the filter. */
export function afterKey(
  view: WatchView,
  key: Key,
  requests: readonly WatchedRequest[],
): WatchView {
  if (view.isTyping) return afterLetter(view, key);
  const at = Math.max(0, view.selected === null ? 0 : requests.indexOf(view.selected));
  const select = (index: number) => requests[index] ?? requests[at] ?? null;
  if (key === "up") return { ...view, selected: at <= 1 ? null : select(at - 1) };
  if (key === "down") return { ...view, selected: select(at + 1) };
  if (key === "enter")
    return { ...view, selected: select(at), isOpen: !view.isOpen && requests.length > 0 };
  if (key === "escape") return { ...view, isOpen: false, filter: view.isOpen ? view.filter : "" };
  if (key === "/") return { ...view, isTyping: true, isOpen: false, selected: null };
  if (key === "p" || key === " ") return { ...view, isPaused: !view.isPaused };
  return view;
}

function afterLetter(view: WatchView, key: Key): WatchView {
  if (key === "enter") return { ...view, isTyping: false };
  if (key === "escape") return { ...view, isTyping: false, filter: "" };
  if (key === "backspace") return { ...view, filter: [...view.filter].slice(0, -1).join("") };
  return [...key].length === 1 ? { ...view, filter: view.filter + key } : view;
}
