import { newRequestId } from "../lib/event/request_id.ts";
import type { Command } from "./_command.ts";
import { exitCodes } from "./_exit_codes.ts";
import { writeOut } from "./_output.ts";

/** `timmy-latency id`: prints a new request id. */
export const command: Command = {
  meta: { name: "id", description: "print a new request id" },
  args: {},
  details: ["Eight hex digits, random. One id goes through all services of one turn."],
  examples: ["id=$(timmy-latency id)"],
  formats: ["text"],
  run() {
    writeOut(`${newRequestId()}\n`);
    return exitCodes.fine;
  },
};
