/// <reference lib="dom" />

/**
 * Follows the log of a page that is served: shows the turn that is going on, and puts the page's new
 * content in place of the old when a turn has finished, leaving open what was open.
 */
export function followLog(restart: () => void): void {
  const events = new EventSource("events");
  events.addEventListener("state", (event) => say(String(event.data)));
  events.addEventListener("error", () => say("Nobody serves this page any more"));
  events.addEventListener("current", (event) => {
    const place = document.getElementById("now-body");
    // Rendered by the server from escaped texts; the page's policy runs nothing that it may hold.
    if (place !== null) place.innerHTML = String(event.data);
  });
  events.addEventListener("changed", () => void renew(restart));
}

/** Says something to readers of the screen, once. */
function say(text: string): void {
  const place = document.getElementById("now-state");
  if (place !== null && place.textContent !== text) place.textContent = text;
}

async function renew(restart: () => void): Promise<void> {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const open = [...document.querySelectorAll("details[open]")].map(({ id }) => id);
  const now = document.getElementById("now");
  const main = fresh.querySelector("main");
  const header = fresh.querySelector("header");
  if (main === null || header === null) return;
  const focused = document.activeElement?.id || document.activeElement?.parentElement?.id;
  const typed = document.querySelector<HTMLInputElement>("#filter")?.value ?? "";
  if (now !== null) main.querySelector("#now")?.replaceWith(now);
  document.querySelector("main")?.replaceWith(document.adoptNode(main));
  document.querySelector("header")?.replaceWith(document.adoptNode(header));
  const input = document.querySelector<HTMLInputElement>("#filter");
  if (input !== null) input.value = typed;
  restart();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused !== undefined) focusAgain(focused);
}

/** A filter or the title of what can be opened keeps the keyboard. */
function focusAgain(id: string): void {
  const element = document.getElementById(id);
  const target = element?.querySelector<HTMLElement>(":scope > summary") ?? element;
  target?.focus({ preventScroll: true });
}
