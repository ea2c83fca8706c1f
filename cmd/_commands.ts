import type { Command } from "./_command.ts";

/** A word of the command line: what it is for, and how to load it. */
export interface Word {
  readonly load: () => Promise<{ readonly command: Command }>;
  /** Answered without citty, nor compiled for speed by anybody else: callers wait for it. */
  readonly isLight?: boolean;
  /** Has code compiled for speed only when it knows that there is much to do. */
  readonly optimizesLater?: boolean;
}

/** Every word there is, in the order of help. The only list of them. */
export const words: ReadonlyMap<string, Word> = new Map<string, Word>([
  ["log", { load: () => import("./log.ts"), isLight: true }],
  ["id", { load: () => import("./id.ts"), isLight: true }],
  ["run", { load: () => import("./run.ts"), isLight: true }],
  ["analyze", { load: () => import("./analyze.ts"), isLight: true }],
  ["sessions", { load: () => import("./sessions.ts") }],
  ["compare", { load: () => import("./compare.ts") }],
  ["check", { load: () => import("./check.ts") }],
  ["watch", { load: () => import("./watch.ts") }],
  ["report", { load: () => import("./report.ts") }],
  ["export", { load: () => import("./export.ts"), optimizesLater: true }],
  ["rotate", { load: () => import("./rotate.ts") }],
  ["clear", { load: () => import("./clear.ts") }],
  ["doctor", { load: () => import("./doctor.ts") }],
  ["sdk", { load: () => import("./sdk.ts") }],
  ["completions", { load: () => import("./completions.ts") }],
]);
