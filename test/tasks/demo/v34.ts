/**
 * Stands in for the preprocessor v34: classifies, stores, retrieves, builds the prompt and asks the
 * model, which runs as a process of its own. Takes ids on stdin and passes them on.
 */
import { join } from "node:path";
import { logTiming } from "../../../lib/sdk/tracker.ts";
import { linesOf } from "./lines.ts";

const sessionId = crypto.randomUUID();
const model = Bun.spawn(["bash", join(import.meta.dir, "ollama.sh")], {
  stdin: "pipe",
  stdout: "pipe",
  stderr: "inherit",
});
const answers = linesOf(model.stdout);
let promptTokens = 420;

for await (const id of linesOf(Bun.stdin.stream())) {
  const log = (event: string, metadata: Record<string, string | number> = {}) =>
    logTiming(id, "v34", event, { ...metadata, pid: process.pid });
  log("v34_webhook_received", { session_id: sessionId });
  log("v34_classification_start");
  await Bun.sleep(28);
  log("v34_classification_complete", { importance: 1 });
  await Bun.sleep(45); // nobody logs what happens here: a gap for the analysis to find
  log("v34_retrieval_start");
  await Bun.sleep(34);
  log("v34_retrieval_complete", { num_chunks: 4 });
  log("v34_prompt_built", { prompt_tokens_est: promptTokens });
  log("v34_ollama_sent");
  model.stdin.write(`${id} ${promptTokens}\n`);
  model.stdin.flush();
  const answer = (await answers.next()).value ?? "";
  const [started = 0, prefilled = 0, ended = 0] = answer.split(" ").map(Number);
  log("v34_ollama_received", {
    prompt_eval_count: promptTokens,
    prompt_eval_duration_ms: (prefilled - started) * 1000,
    eval_duration_ms: (ended - prefilled) * 1000,
  });
  log("v34_sending_to_tts");
  process.stdout.write(`${id}\n`);
  promptTokens += 90;
}
model.stdin.end();
