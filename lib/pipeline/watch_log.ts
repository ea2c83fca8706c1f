import { LogFollower } from "../log/follow_log.ts";
import type { RequestReport } from "../report/request_report.ts";
import type { WatchedRequest, WatchReport } from "../report/watch_report.ts";
import { describeRequest } from "../request/describe.ts";
import { LiveRequests, type LiveRules } from "../request/live_requests.ts";
import { findSpike } from "../request/spike.ts";
import { SeriesBuilder, toMilliseconds } from "../stats/series.ts";

/** What to watch, and how much of the past to begin with. */
export interface WatchOptions extends LiveRules {
  readonly path: string;
  readonly maxLineBytes: number;
  readonly backlogBytes: number;
  /** Finished requests that are kept, and that the rolling figures are over. */
  readonly window: number;
}

/** Takes a request when it is finished; `isBacklog` says that nothing of it was seen live. */
export type TakeFinished = (request: WatchedRequest, isBacklog: boolean) => void;

/**
 * Watches turns as they happen. Looks when `poll()` is called and at no other time.
 *
 * Memory: the requests of the last idle window, the finished ones of the window, a block of each file
 * that is followed.
 */
export class LogWatch {
  readonly #options: WatchOptions;
  readonly #follower: LogFollower;
  readonly #requests: LiveRequests;
  readonly #takeFinished: TakeFinished;
  #recent: WatchedRequest[] = [];
  #nowSeconds = 0;

  constructor(options: WatchOptions, takeFinished: TakeFinished) {
    this.#options = options;
    this.#takeFinished = takeFinished;
    this.#requests = new LiveRequests(options);
    this.#follower = new LogFollower(options.path, options, (event, isBacklog) => {
      // What was there already was seen when it was written, as far as anybody can tell.
      const seen = isBacklog
        ? Math.min(event.timestampSeconds, this.#nowSeconds)
        : this.#nowSeconds;
      this.#requests.add(event, seen, isBacklog);
    });
  }

  /**
   * Looks what has happened by `nowSeconds`, Unix seconds.
   *
   * @throws AccessError if the log is there but cannot be read.
   */
  async poll(nowSeconds: number): Promise<void> {
    this.#nowSeconds = nowSeconds;
    await this.#follower.poll(nowSeconds * 1000);
    for (const { analysis, isBacklog } of this.#requests.takeFinished(nowSeconds)) {
      this.#finish(describeRequest(analysis), isBacklog);
    }
  }

  /** What is known by now. */
  report(): WatchReport {
    const current = this.#requests.current();
    const { tally, isPresent, rotations, truncations } = this.#follower;
    const last = tally.first.at(-1);
    return {
      path: this.#options.path,
      isPresent,
      events: tally.events,
      rotations,
      truncations,
      problems: {
        total: tally.problems,
        last: last === undefined ? null : `${last.kind}: ${last.detail}`,
      },
      current: current && describeRequest(current),
      recent: this.#recent,
      voiceToVoice: this.#series(({ figures }) => figures.voiceToVoiceMs),
      processing: this.#series(({ figures }) => figures.processingMs),
      window: this.#options.window,
    };
  }

  /** How many events have been seen: tells whether there is anything new. */
  get events(): number {
    return this.#follower.tally.events;
  }

  /** Stops, and closes what is open. */
  close(): void {
    this.#follower.close();
  }

  #finish(report: RequestReport, isBacklog: boolean): void {
    const spike = findSpike(
      report,
      this.#recent.map((request) => request.report),
    );
    const request = { report, spike };
    this.#recent = [request, ...this.#recent.slice(0, this.#options.window - 1)];
    this.#takeFinished(request, isBacklog);
  }

  #series(of: (report: RequestReport) => number | null) {
    const series = new SeriesBuilder();
    for (const { report } of this.#recent) {
      const milliseconds = of(report);
      if (milliseconds !== null) series.add(milliseconds / 1000);
    }
    return toMilliseconds(series.summarize());
  }
}
