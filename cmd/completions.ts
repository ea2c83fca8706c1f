import { completionScripts } from "../lib/sdk/completions.ts";
import { type Command, textOf } from "./_command.ts";
import { exitCodes } from "./_exit_codes.ts";
import { writeOut } from "./_output.ts";
import { requireOneOf } from "./_values.ts";

const shells = [...completionScripts.keys()];

/** `timmy-latency completions`: prints what makes a shell complete words, options and ids. */
export const command: Command = {
  meta: { name: "completions", description: "print shell completions, with the log's ids" },
  args: {
    shell: {
      type: "positional",
      required: true,
      values: shells,
      description: `the shell: ${shells.join(", ")}`,
    },
  },
  details: [
    "The script asks this executable, found by PATH, at every TAB, so it need not be printed again " +
      "after an upgrade. Ids of requests and sessions, services and events are those in the last " +
      "128 KiB of the log that is named on the line, or else of the log below.",
    "bash 4.3 and zsh 5 source it, zsh after compinit; fish 3 also finds it in ~/.config/fish/completions, as timmy-latency.fish.",
  ],
  examples: [
    "source <(timmy-latency completions bash)",
    "source <(timmy-latency completions zsh)",
    "timmy-latency completions fish | source",
  ],
  formats: ["text"],
  run({ args }) {
    const shell = requireOneOf(textOf(args, "shell") ?? "", "SHELL", shells);
    writeOut(completionScripts.get(shell) ?? "");
    return exitCodes.fine;
  },
};
