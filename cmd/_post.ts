import { gzipSync } from "node:zlib";
import { describeConnectionFailure } from "../lib/connection.ts";
import { excerpt } from "../lib/escape.ts";
import type { ResourceSpans } from "../lib/render/otlp.ts";
import { stringifyWellFormed } from "../lib/render/well_formed_json.ts";
import { formatCount } from "../lib/units/count.ts";
import { type Collector, describeUrl } from "./_collector.ts";
import {
  describeAnswer,
  type PartialSuccess,
  parsePartialSuccess,
  readAnswer,
} from "./_post_answer.ts";
import {
  isRetryable,
  parseRetryAfter,
  type RetryWorld,
  type SendOutcome,
  sendUntilAccepted,
} from "./_retry.ts";

/** What sending needs of the world; tests bring their own. */
export interface PostWorld extends RetryWorld {
  readonly timeoutMs: number;
}

/** A batch goes out when it has so many spans, or characters. */
const batchSpans = 512;
const batchCharacters = 256 * 1024;

/**
 * Sends spans to a collector by OTLP/HTTP as gzipped JSON, one batch after the other. A batch that cannot
 * be taken just now (429, 502, 503, 504, no connection, no answer) is sent again, after as long as the
 * collector asks for or ever longer; what it takes only a part of is not, as the specification has it.
 * A batch whose answer was lost may arrive twice, with the same ids.
 *
 * Memory: a batch.
 */
export class Post {
  /** Spans that were sent and accepted, as far as the collector says. */
  acceptedSpans = 0;
  rejectedSpans = 0;
  /** What the collector said of the first spans that it rejected. */
  rejection = "";
  batches = 0;

  readonly #collector: Collector;
  readonly #world: PostWorld;
  #batch: string[] = [];
  #spans = 0;
  #characters = 0;

  constructor(collector: Collector, world: PostWorld) {
    this.#collector = collector;
    this.#world = world;
  }

  /**
   * Adds the spans of a request; sends what has gathered if it is enough.
   *
   * @throws AccessError if the collector refuses it, or cannot be reached in time.
   */
  async add(resources: readonly ResourceSpans[]): Promise<void> {
    const text = stringifyWellFormed(resources).slice(1, -1);
    this.#batch.push(text);
    this.#characters += text.length;
    for (const { scopeSpans } of resources) {
      for (const { spans } of scopeSpans) this.#spans += spans.length;
    }
    if (this.#spans >= batchSpans || this.#characters >= batchCharacters) await this.flush();
  }

  /** Sends what has gathered. Throws as `add()` does. */
  async flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const body = new Uint8Array(gzipSync(`{"resourceSpans":[${this.#batch.join(",")}]}`));
    const spans = this.#spans;
    [this.#batch, this.#spans, this.#characters] = [[], 0, 0];
    const what = `${formatCount(spans, "span")} to ${describeUrl(this.#collector.url)}`;
    const answer = await sendUntilAccepted(what, () => this.#send(body), this.#world);
    this.batches++;
    this.#count(answer, spans);
    if (answer.rejected === 0 && answer.message !== "") {
      await this.#world.note(`The collector says: ${excerpt(answer.message, 300)}`);
    }
  }

  #count({ rejected, message }: PartialSuccess, spans: number): void {
    this.rejectedSpans += rejected;
    this.acceptedSpans += Math.max(0, spans - rejected);
    if (rejected > 0 && this.rejection === "") this.rejection = excerpt(message, 300);
  }

  async #send(body: Uint8Array<ArrayBuffer>): Promise<SendOutcome<PartialSuccess>> {
    const { timeoutMs, nowMs } = this.#world;
    try {
      const response = await fetch(this.#collector.url, {
        method: "POST",
        headers: {
          ...this.#collector.headers,
          "content-type": "application/json",
          "content-encoding": "gzip",
          accept: "application/json",
        },
        body,
        // A redirection could lead credentials astray; OTLP knows none.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await readAnswer(response);
      if (response.ok) return { accepted: parsePartialSuccess(text) };
      const askedMs = parseRetryAfter(response.headers.get("retry-after"), nowMs());
      const reason = `the collector answers ${response.status}${describeAnswer(text)}`;
      return { isPassing: isRetryable(response.status), reason, askedMs };
    } catch (error) {
      return { ...describeConnectionFailure(error, timeoutMs), askedMs: null };
    }
  }
}
