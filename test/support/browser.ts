import { afterAll, beforeAll, expect } from "bun:test";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** The browser that suites ask for; Debian's package of that name brings it. */
export const browserTool = "chromium";

/** Opens pages in one browser for all tests of a suite; call it where the suite is described. */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<Visit> {
  let browser: Browser | null = null;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: Bun.which(browserTool) ?? browserTool,
      // Test machines run as root in containers, where the browser's own cage cannot be built.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
  });
  afterAll(async () => {
    await browser?.close();
  });
  return async (options = {}) => {
    if (browser === null) throw new Error("the browser is not open yet");
    const context = await browser.newContext({
      viewport: { width: 1100, height: 900 },
      ...options,
    });
    return new Visit(await context.newPage());
  };
}

/** A page in a browser, and everything that went on behind it. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  readonly requests: string[] = [];
  /** Complaints: errors of scripts, messages of the console, violations of the page's policy. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("request", (request) => this.requests.push(request.url()));
    page.on("console", (message) => this.complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** Whether nothing was asked of anybody but the page itself, and nothing was complained of. */
  expectQuiet(url: string): void {
    expect({ requests: this.requests, complaints: this.complaints }).toEqual({
      requests: [url],
      complaints: [],
    });
  }

  /** What axe-core finds serious or critical; the page's policy lets nobody else in, so it is run from outside. */
  async seriousFaults(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations, passes } = (await this.page.evaluate(
      "axe.run(document).then(({ violations, passes }) => ({ violations, passes: passes.length }))",
    )) as { readonly violations: readonly Violation[]; readonly passes: number };
    // It did look at something.
    expect(passes).toBeGreaterThan(20);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120))}`);
  }

  /** Makes a picture; returns its size in bytes. */
  async picture(folder: string, name: string): Promise<number> {
    const path = join(folder, name);
    return (await this.page.screenshot({ path, fullPage: false })).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}
