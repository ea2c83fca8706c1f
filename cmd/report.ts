import { resolve } from "node:path";
import { UsageError } from "../lib/error.ts";
import { formatSize } from "../lib/units/size.ts";
import { answerFromLog } from "./_answer.ts";
import { type Command, isOn, textOf } from "./_command.ts";
import { hintArguments } from "./_hints.ts";
import { openForViewing } from "./_open.ts";
import { messagesFor, writeOut } from "./_output.ts";
import { PageFile } from "./_page_file.ts";
import { pageMaker } from "./_page_maker.ts";
import { readerArguments } from "./_reader.ts";
import { servePage } from "./_serve.ts";

/** `timmy-latency report`: one page to look at and to mail. */
export const command: Command = {
  meta: { name: "report", description: "one self-contained HTML page, to look at and to mail" },
  args: {
    ...readerArguments,
    output: {
      type: "string",
      alias: "o",
      valueHint: "FILE",
      completes: "file",
      description: "where the page is written; - is standard output",
    },
    open: { type: "boolean", description: "show the page in the browser" },
    serve: {
      type: "string",
      valueHint: "PORT",
      whenBare: "0",
      description: "serve the page on this machine while the log grows (any free port)",
    },
    gap: {
      type: "string",
      valueHint: "D",
      description: "cut requests without a session where they were silent for longer than D",
    },
    "num-ctx": {
      type: "string",
      valueHint: "N",
      description: "tokens that the model's context holds (8000)",
    },
    ...hintArguments,
  },
  details: [
    "The page is one file that needs no network and runs nothing but its own script; without " +
      "scripts its figures, tables and waterfalls are there all the same. All figures are over all " +
      "requests chosen. Of more than 300 requests the page shows a sample: the longest waits, the " +
      "longest processing, the latest, and an even draw.",
    "A FILE that is there is replaced only if it is a page or empty. With --open and without " +
      "--output the page goes to the folder for temporary files. No page is written about nothing.",
    "--serve answers on 127.0.0.1 alone until Ctrl-C, and prints the address. It follows one log as " +
      "watch does: the turn that goes on, and new figures when one has finished.",
    "Memory: as analyze and sessions together: the open requests, about 100 bytes a turn, and some " +
      "hundred requests that the page may show.",
  ],
  examples: [
    "timmy-latency report -o page.html",
    "timmy-latency report --since 1d --open",
    "timmy-latency report voice.log -o - | gzip >page.html.gz",
    "timmy-latency report --serve 8080",
  ],
  formats: ["html"],
  async run({ args }) {
    const pages = pageMaker(args);
    if (textOf(args, "serve") !== undefined) return servePage(args, pages);
    const output = textOf(args, "output");
    if (output === undefined && !isOn(args, "open")) {
      throw new UsageError(
        "Cannot write the page without a place for it: name one with -o FILE.html, or use --open or --serve",
      );
    }
    if (output === "-" && isOn(args, "open")) {
      throw new UsageError(
        "Cannot open what goes to standard output: name a file with -o FILE.html",
      );
    }
    const messages = messagesFor(args);
    const file = output === "-" ? null : new PageFile(output ?? null, args);
    let written: string | null = null;
    const code = await answerFromLog(args, messages, {
      read: pages.read,
      end: async (analysis) => {
        if (analysis === null || analysis.selected === 0) return;
        const page = pages.render(analysis, false);
        if (file === null) writeOut(page);
        else written = file.write(page);
        if (written !== null)
          await messages.note(`Wrote ${written}, ${formatSize(Buffer.byteLength(page))}`);
      },
    });
    if (written !== null && isOn(args, "open")) await openForViewing(resolve(written));
    return code;
  },
};
