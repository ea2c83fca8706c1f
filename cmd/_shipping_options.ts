import { hostname } from "node:os";
import { requireSize } from "../lib/units/size.ts";
import { type Arguments, textOf } from "./_command.ts";

const defaultMaxLine = "1M";

/** How rows are made of a log; whoever audits them makes them the same way. */
export function hostAndLines(args: Arguments): {
  readonly host: string;
  readonly maxLineBytes: number;
} {
  return {
    host: textOf(args, "host") ?? hostname(),
    maxLineBytes: requireSize(textOf(args, "max-line") ?? defaultMaxLine, "--max-line"),
  };
}
