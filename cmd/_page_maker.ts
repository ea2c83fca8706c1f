import type { PageAnalysis } from "../lib/pipeline/conclude_page.ts";
import { reportLog } from "../lib/pipeline/report_log.ts";
import { renderPage } from "../lib/render/html/page.ts";
import { requireDuration } from "../lib/units/duration.ts";
import packageJson from "../package.json" with { type: "json" };
import { type Arguments, isOn, textOf } from "./_command.ts";
import { hintLimitsOf } from "./_hints.ts";
import { localCalendarFast } from "./_local_time.ts";
import { nowSeconds } from "./_reader.ts";
import { requireCount } from "./_values.ts";

const defaultContextTokens = 8000;

/** How the page is made that some arguments ask for. */
export interface PageMaker {
  /** @throws AccessError if a file cannot be opened or read. */
  readonly read: (options: Parameters<typeof reportLog>[0]) => Promise<PageAnalysis>;
  /** A live page follows the server that it comes from. */
  readonly render: (analysis: PageAnalysis, isLive: boolean) => string;
}

/**
 * Checks the options that the page depends on.
 *
 * @throws UsageError for an option that makes no sense.
 */
export function pageMaker(args: Arguments): PageMaker {
  const gap = textOf(args, "gap");
  const context = textOf(args, "num-ctx");
  const sessionOptions = {
    gapSeconds: gap === undefined ? null : requireDuration(gap, "--gap"),
    contextTokens:
      context === undefined
        ? defaultContextTokens
        : requireCount(context, "--num-ctx", "--num-ctx 8000"),
  };
  const hintLimits = hintLimitsOf(args);
  const utc = isOn(args, "utc");
  return {
    read: (options) => reportLog({ ...options, hintLimits }, sessionOptions),
    render: ({ page }, isLive) =>
      renderPage(page, {
        utc,
        local: localCalendarFast,
        isLive,
        nowSeconds: nowSeconds(),
        version: packageJson.version,
      }),
  };
}
