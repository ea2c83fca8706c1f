import type { RequestReport } from "../../report/request_report.ts";

/** Longer ids are cut in addresses, where their place in the list tells them apart. */
const mostCharacters = 100;

/** What requests of a page are called in addresses: each once, also where a log repeats ids. */
export class RequestAnchors {
  readonly #byRequest = new Map<RequestReport, string>();
  readonly #byStart = new Map<string, string>();

  constructor(requests: readonly RequestReport[]) {
    const taken = new Set<string>();
    for (const request of requests) {
      const { id, startSeconds } = request;
      const name = `request-${encodeURIComponent(id.toWellFormed()).slice(0, mostCharacters)}`;
      let free = name;
      for (let count = 2; taken.has(free); count++) free = `${name}-${count}`;
      taken.add(free);
      this.#byRequest.set(request, free);
      const key = keyOf(id, startSeconds);
      if (!this.#byStart.has(key)) this.#byStart.set(key, free);
    }
  }

  /** The anchor of a request of the page. */
  of(request: RequestReport): string {
    return this.#byRequest.get(request) ?? "";
  }

  /** The anchor of the request of that id and start; null if the page does not show it. */
  find(id: string, startSeconds: number): string | null {
    return this.#byStart.get(keyOf(id, startSeconds)) ?? null;
  }
}

function keyOf(id: string, startSeconds: number): string {
  return `${startSeconds} ${id}`;
}
