import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { constants as systemConstants } from "node:os";
import { delimiter, join } from "node:path";
import { systemError } from "../lib/error.ts";

/** A command that Node has started, as `Bun.spawn` tells of one. */
interface NodeChild {
  /** Resolves to its exit status, 128+n if signal n ended it. */
  readonly exited: Promise<number>;
  readonly signalCode: NodeJS.Signals | null;
  kill(signal: NodeJS.Signals): void;
}

/** The file of the command `name`, or null if the search path has none that may be executed. */
export function findCommand(name: string): string | null {
  if (name.includes("/")) return name;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** Starts a command that shares our input and output. Throws the system's word if it cannot. */
export function spawnCommand([name = "", ...rest]: readonly string[]): NodeChild {
  const path = findCommand(name);
  if (path === null) throw systemError("ENOENT");
  accessSync(path, constants.X_OK);
  if (!statSync(path).isFile()) throw systemError("EACCES");
  const child = spawn(path, rest, { stdio: "inherit", argv0: name });
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? statusOf(signal)));
  });
  return {
    exited,
    get signalCode() {
      return child.signalCode;
    },
    kill: (signal) => void child.kill(signal),
  };
}

function statusOf(signal: NodeJS.Signals | null): number {
  return 128 + (signal === null ? 0 : systemConstants.signals[signal]);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
