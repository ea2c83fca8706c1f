/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Shows only the requests whose words hold what is typed into the filter. */
export function filterRequests(root: ParentNode): void {
  const form = root.querySelector<HTMLFormElement>("form.filter");
  const input = root.querySelector<HTMLInputElement>("#filter");
  const count = root.querySelector<HTMLOutputElement>("#filter-count");
  const requests = [...root.querySelectorAll<HTMLElement>("details.request")];
  if (form === null || input === null || count === null) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  const apply = () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const request of requests) {
      request.hidden = !(request.dataset["words"] ?? "").includes(wanted);
      if (!request.hidden) shown++;
    }
    count.textContent = `${shown} of ${requests.length}`;
  };
  input.addEventListener("input", apply);
  apply();
}
