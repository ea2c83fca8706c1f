/// <reference lib="dom" />

/** Opens what the address points at, such as one request, and brings it into sight. */
export function openTarget(): void {
  const name = location.hash.slice(1);
  if (name === "") return;
  // Ids are written as they stand in addresses, so both forms are the same text.
  const target = document.getElementById(name);
  if (!(target instanceof HTMLDetailsElement)) return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
}
