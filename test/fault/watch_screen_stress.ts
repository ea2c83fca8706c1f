import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/binary.ts";
import { openTmux } from "../support/tmux.ts";
import { cpuOf, disturbLog, settleMs } from "./watch_stress.ts";

/** What a watch of a busy log on a terminal came to. */
export interface WatchScreenFigures {
  readonly turns: number;
  readonly rotations: number;
  /** Turns that the screen counted in the end. */
  readonly counted: number;
  /** The newest turn that was written, and the one that the screen shows first. */
  readonly newest: readonly [written: string, shown: string];
  /** Screens that were looked at on the way, and what was wrong with them. */
  readonly screens: number;
  readonly faults: readonly string[];
  /** CPU time over wall time, a fraction of one core. */
  readonly cpuShare: number;
  /** Exit code of the watch, and the terminal's settings before and after it. */
  readonly exitCode: string;
  readonly settings: readonly [before: string, after: string];
}

const size = { columns: 100, rows: 40 };
const lookMs = 500;

/**
 * Watches a log on a terminal while 200 events a second are written to it, it is rotated every second
 * and cleared once; the window holds all turns, so that its count tells of lost and doubled ones.
 */
export async function runWatchScreenStress(seconds: number): Promise<WatchScreenFigures> {
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const pidFile = join(folder.path, "pid");
  const watch = `sh -c 'echo $$ > ${pidFile}; exec "$TIMMY" watch --log ${log} --window 100000'`;
  await using terminal = await openTmux(
    `stty -g; ${watch}; echo "left with $?"; stty -g; exec sleep 60`,
    { ...size, env: { HOME: folder.path, LC_ALL: "C.UTF-8" } },
  );
  await terminal.until("No log yet");
  const pid = Number(readFileSync(pidFile, "utf8"));
  const startedMs = performance.now();
  const [startedCpu, faults] = [cpuOf(pid), [] as string[]];
  let [screens, isDisturbed] = [0, true];
  const disturbance = disturbLog(log, seconds).finally(() => {
    isDisturbed = false;
  });
  while (isDisturbed) {
    faults.push(...findScreenFaults(await terminal.grid()));
    screens++;
    await Bun.sleep(lookMs);
  }
  const { ids, rotations } = await disturbance;
  await Bun.sleep(settleMs);
  const grid = await terminal.grid();
  const cpuShare = (cpuOf(pid) - startedCpu) / ((performance.now() - startedMs) / 1000);
  await terminal.keys("q");
  const left = await terminal.until("left with");
  const settings = left.filter((row) => /^[0-9a-f]+(:[0-9a-f]+)+$/.test(row));
  return {
    turns: ids.length,
    rotations,
    counted: Number(/ n (\d+) of the last/.exec(grid.join("\n"))?.[1] ?? Number.NaN),
    newest: [ids.at(-1) ?? "", listed(grid)[0] ?? ""],
    screens,
    faults,
    cpuShare,
    exitCode: /left with (\d+)/.exec(left.join("\n"))?.[1] ?? "",
    settings: [settings[0] ?? "", settings[1] ?? ""],
  };
}

/** What of a watch on a terminal is not as it should be, in sentences. */
export function findWatchFaults(figures: WatchScreenFigures): string[] {
  const { turns, counted, newest, settings, exitCode } = figures;
  return [
    ...figures.faults,
    ...(counted === turns ? [] : [`watch counted ${counted} turns of ${turns}`]),
    ...(newest[0] === newest[1] ? [] : [`watch shows ${newest[1]} first, not ${newest[0]}`]),
    ...(settings[0] === settings[1] && settings[0] !== "" ? [] : ["the terminal is not as before"]),
    ...(exitCode === "0" ? [] : [`watch ended with ${exitCode}`]),
  ];
}

/** Rows that are too wide, and turns that are listed twice. */
function findScreenFaults(grid: readonly string[]): string[] {
  const ids = listed(grid);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [
    ...grid.filter((row) => [...row].length > size.columns).map((row) => `too wide: ${row}`),
    ...twice.map((id) => `listed twice: ${id}`),
  ];
}

/** The turns that a screen lists, from top to bottom. */
function listed(grid: readonly string[]): string[] {
  return grid.flatMap((row) => /^. +\d\d:\d\d:\d\d \| (turn\d+)/.exec(row)?.[1] ?? []);
}
