/** A page is made anew at most so often … */
const restMs = 2_000;
/** … and for at most a sixth of the time. */
const restsPerWork = 5;

/** A page that goes out of date, and is made anew when somebody looks, but not all the time. */
export class LivePage {
  readonly #make: () => Promise<string>;
  #page: string | null = null;
  #making: Promise<string> | null = null;
  #isOutdated = false;
  #restsUntilMs = 0;

  constructor(make: () => Promise<string>) {
    this.#make = make;
  }

  /** There is something that the page does not tell. */
  outdate(): void {
    this.#isOutdated = true;
  }

  /**
   * The page as it is; made anew if it is out of date and has rested.
   *
   * @throws AccessError if there is none yet and the log cannot be read.
   */
  async current(): Promise<string> {
    if (this.#page !== null && !this.#mayRenew()) return this.#page;
    return await this.#renew();
  }

  /** Makes it anew in the background if it is out of date and has rested; then calls `done`. */
  renewSoon(done: () => void): void {
    if (this.#making !== null || !this.#mayRenew()) return;
    // Whoever asks for the page is told why there is none.
    this.#renew().then(done, () => {});
  }

  #mayRenew(): boolean {
    return this.#isOutdated && performance.now() >= this.#restsUntilMs;
  }

  #renew(): Promise<string> {
    this.#making ??= this.#makeAnew().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #makeAnew(): Promise<string> {
    const beganMs = performance.now();
    this.#isOutdated = false;
    try {
      this.#page = await this.#make();
      return this.#page;
    } catch (error) {
      this.#isOutdated = true;
      throw error;
    } finally {
      const endedMs = performance.now();
      this.#restsUntilMs = endedMs + Math.max(restMs, restsPerWork * (endedMs - beganMs));
    }
  }
}
