import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderWriter, writerLanguages } from "../../lib/sdk/writers.ts";
import { binary } from "../support/binary.ts";
import { writerFiles } from "../support/writers.ts";

/** Somebody who logs numbered events until the stop file is there, and then prints how many they were. */
export interface Writer {
  readonly id: string;
  readonly child: Bun.Subprocess<"ignore", "pipe", "pipe">;
}

const tracker = join(import.meta.dir, "..", "..", "dist", "tracker.js");

/** `$1` is the id, `$2` the stop file, `$3` the folder of the writers, `$4` the executable. */
const shellWriter = (file: string) => `
. "$3/${file}"
n=0
while [ ! -e "$2" ]; do
  n=$((n+1)); timmy_log "$1" shell tick n=$n
  case $n in *[05]0) sleep 0.01 ;; esac
done
echo "$n"`;

const pythonWriter = `
import os, sys, time
id, stop, folder = sys.argv[1:4]
sys.path.insert(0, folder)
from latency_tracker import log_timing
n = 0
while not os.path.exists(stop):
    n += 1
    log_timing(id, "python", "tick", {"n": n})
    if n % 50 == 0:
        time.sleep(0.01)
print(n)`;

const ancestorWriter = `
import datetime, json, os, sys, time
id, stop = sys.argv[1:3]
log = os.environ["TIMMY_LATENCY_LOG"]
n = 0
while not os.path.exists(stop):
    n += 1
    now = time.time()
    entry = {"timestamp": now, "iso_time": datetime.datetime.fromtimestamp(now).isoformat(), "request_id": id, "service": "ancestor", "event": "tick", "metadata": {"n": n}}
    with open(log, "a") as file:
        file.write(json.dumps(entry) + "\\n")
        if n % 50 == 0:
            file.flush()
            time.sleep(0.02)
print(n)`;

const trackerWriter = `
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const [id, stop] = process.argv.slice(2, 4);
const { logTiming } = await import(${JSON.stringify(tracker)});
let n = 0;
while (!existsSync(stop)) {
  logTiming(id, "tracker", "tick", { n: ++n });
  if (n % 50 === 0) await sleep(10);
}
console.log(n);`;

const binaryWriter = `
n=0
while [ ! -e "$2" ]; do
  n=$((n+1)); "$4" log "$1" binary tick --meta n=$n --strict || exit 1
done
echo "$n"`;

/** The process that is started becomes the sidecar itself. */
const sidecarWriter = `
produce() {
  n=0
  while [ ! -e "$2" ]; do
    n=$((n+1)); echo "$1 sidecar tick {\\"n\\": $n}"
    case $n in *[05]0) sleep 0.01 ;; esac
  done
  echo "$n" >&3
}
exec 3>&1
exec "$4" log --stdin --strict < <(produce "$@")`;

/** Sixteen writers, none of which takes a lock or knows of the others: every kind there is. */
export function startCrowd(log: string, stop: string, folder: string): Writer[] {
  for (const language of writerLanguages) {
    const place = { logPath: log, binaryPath: binary, version: "0.0.0" };
    writeFileSync(join(folder, writerFiles[language]), renderWriter(language, place));
  }
  writeFileSync(join(folder, "tracker.mjs"), trackerWriter);
  const shell = (script: string) => ["bash", "-c", script, "-"];
  const kinds: readonly (readonly [count: number, command: readonly string[]])[] = [
    [3, shell(shellWriter(writerFiles.bash))],
    [2, ["zsh", "-fc", shellWriter(writerFiles.zsh), "-"]],
    [2, ["python3", "-c", pythonWriter]],
    [2, ["python3", "-c", ancestorWriter]],
    [2, [process.execPath, join(folder, "tracker.mjs")]],
    [1, ["node", join(folder, "tracker.mjs")]],
    [2, shell(binaryWriter)],
    [2, shell(sidecarWriter)],
  ];
  const commands = kinds.flatMap(([count, command]) =>
    Array.from({ length: count }, () => command),
  );
  return commands.map((command, index) => {
    const id = `writer${String(index).padStart(2, "0")}`;
    // Writers that are often preempted stand longer between opening the log and writing to it.
    const child = Bun.spawn(["nice", "-n", "19", ...command, id, stop, folder, binary], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, TIMMY_LATENCY_LOG: log },
    });
    return { id, child };
  });
}

/** Stops one writer after the other, for as long as a second, wherever it is just then. */
export async function stopNowAndThen(writers: readonly Writer[], seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let stops = 0;
  while (performance.now() < end) {
    const writer = writers[Math.floor(Math.random() * writers.length)];
    writer?.child.kill("SIGSTOP");
    await Bun.sleep(200 + Math.random() * 800);
    writer?.child.kill("SIGCONT");
    stops++;
    await Bun.sleep(Math.random() * 100);
  }
  return stops;
}
