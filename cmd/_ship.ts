import { errorCode, UsageError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { formatCount } from "../lib/units/count.ts";
import { formatSize } from "../lib/units/size.ts";
import { openClickHouse } from "./_clickhouse.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { insertUntilDone } from "./_insert.ts";
import { Loop } from "./_loop.ts";
import { missingDefaultLog } from "./_no_event.ts";
import { optimizeFromNowOn } from "./_optimize.ts";
import { type Messages, writeErrorLine } from "./_output.ts";
import { ProgressLine } from "./_progress.ts";
import { endlessRetries, type RetryWorld, usualRetries } from "./_retry.ts";
import { Shipper } from "./_shipper.ts";
import { hostAndLines } from "./_shipping_options.ts";

/** How long an insert may take. */
const timeoutMs = 60_000;
/** What is logged is stored about so much later. */
const flushMs = 1_000;

/**
 * `export --to clickhouse://…`: ships what is not stored there yet, once or as long as it is followed.
 *
 * @throws UsageError for options that make no sense.
 * @throws AccessError if the log cannot be read, or the server does not take it.
 */
export async function shipToClickHouse(args: Arguments, messages: Messages): Promise<ExitCode> {
  const isFollowing = isOn(args, "follow");
  if (isFollowing && args._.length > 0) {
    throw new UsageError("Cannot use --follow with a FILE: it follows the log, as --log names it");
  }
  const server = openClickHouse(textOf(args, "to") ?? "", timeoutMs);
  const missing = isFollowing ? null : missingDefaultLog(args);
  if (missing !== null) {
    writeErrorLine(`timmy-latency: ${missing}`);
    return exitCodes.no;
  }
  const address = server.address.text;
  const loop = isFollowing ? new Loop(flushMs) : null;
  const world = worldOf(loop, messages);
  const progress = isFollowing ? undefined : new ProgressLine(args, args._);
  const shipper = new Shipper(server, {
    ...hostAndLines(args),
    names: args._,
    logPath: args._.length > 0 ? null : locateFile(args).path,
    wholeLines: isFollowing,
    isToStop: () => loop?.isOver ?? false,
    progress,
    world,
  });
  optimizeFromNowOn();
  if (loop !== null) return follow(loop, shipper, { args, address, world, messages });
  await shipper.prepare();
  await shipper.resend();
  const { events, bytes } = await shipper.ship().finally(() => progress?.end());
  await messages.note(
    bytes === 0 && events === 0
      ? `Nothing new to ship to ${address}`
      : `Shipped ${formatCount(events, "event")} (${formatSize(bytes)}) to ${address}`,
  );
  return shipper.isAnyAside ? exitCodes.damaged : exitCodes.fine;
}

/** What following needs to know and to say. */
interface Following {
  readonly args: Arguments;
  readonly address: string;
  readonly world: RetryWorld;
  readonly messages: Messages;
}

/** A server that is not there yet is waited for, as one that goes away is. */
async function follow(
  loop: Loop,
  shipper: Shipper,
  { args, address, world, messages }: Following,
): Promise<ExitCode> {
  const { path } = locateFile(args);
  await messages.note(`Shipping ${escapeControls(path)} as it grows`);
  try {
    await loop.run(path, async () => {
      if (!shipper.isReady) {
        await insertUntilDone(`a first query to ${address}`, () => shipper.prepare(), world);
        await shipper.resend();
      }
      await shipper.ship().catch(ignoreAbsence);
    });
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  }
  const { events, bytes } = shipper.total;
  await messages.note(`Shipped ${formatCount(events, "event")} (${formatSize(bytes)})`);
  const code = loop.conclude();
  return code === exitCodes.fine && shipper.isAnyAside ? exitCodes.damaged : code;
}

/** A log that is followed may come later. */
function ignoreAbsence(error: unknown): void {
  if (errorCode(error) !== "ENOENT") throw error;
}

/** Thrown where a signal came while the server was busy. */
class StoppedError extends Error {}

function worldOf(loop: Loop | null, { note }: Messages): RetryWorld {
  return {
    rules: loop === null ? usualRetries : endlessRetries,
    nowMs: Date.now,
    random: Math.random,
    sleep: async (waitMs) => {
      await Promise.race([Bun.sleep(waitMs), ...(loop === null ? [] : [loop.over])]);
      if (loop?.isOver) throw new StoppedError();
    },
    note,
  };
}
