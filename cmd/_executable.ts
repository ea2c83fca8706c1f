let file = process.execPath;

/** The file that starts this program again: the executable, or the package's bundle. */
export function executablePath(): string {
  return file;
}

/** Tells that `path` starts this program, not the runtime's own file; called before anything runs. */
export function startedBy(path: string): void {
  file = path;
}
