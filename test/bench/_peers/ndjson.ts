/** The steps of a log by the package `ndjson`; bundled, so that Node can run it: `node ndjson.js LOG`. */
import { createReadStream } from "node:fs";
import { parse } from "ndjson";
import { PlainSteps } from "./_steps.ts";

const steps = new PlainSteps();
createReadStream(process.argv[2] ?? "")
  .pipe(parse())
  .on("data", (event) => steps.add(event))
  .on("end", () => process.stdout.write(JSON.stringify(steps.end())));
