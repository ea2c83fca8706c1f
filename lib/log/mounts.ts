/** A line of the kernel's table of mounts. */
export interface Mount {
  readonly mountPoint: string;
  /** The file system as the kernel names it: `ext4`, `9p`, `fuse.sshfs`. */
  readonly type: string;
  /** What is mounted: a device, `server:/share`, `C:\`. */
  readonly source: string;
  /** The file system's own options: WSL says `aname=drvfs` there. */
  readonly options: string;
  /** Number of the device, `254:1`: under it the kernel lists locks. */
  readonly device: string;
}

/**
 * Reads `/proc/self/mountinfo`, whose layout `proc_pid_mountinfo(5)` gives; lines that do not have it
 * are passed over.
 */
export function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [before = "", after] = line.split(" - ");
    const [, , device, , mountPoint] = before.split(" ");
    const [type, source, options = ""] = after?.split(" ") ?? [];
    if (device === undefined || mountPoint === undefined) return [];
    if (type === undefined || source === undefined) return [];
    return [
      {
        mountPoint: unescapeOctal(mountPoint),
        type,
        source: unescapeOctal(source),
        options: unescapeOctal(options),
        device,
      },
    ];
  });
}

/**
 * The mount that an absolute path without links lies on: the longest mount point above it, of equal
 * ones the last, which covers those before it. Null if none does.
 */
export function findMount(mounts: readonly Mount[], path: string): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts) {
    const { mountPoint } = mount;
    const isAbove =
      path === mountPoint ||
      path.startsWith(mountPoint.endsWith("/") ? mountPoint : `${mountPoint}/`);
    if (isAbove && mountPoint.length >= (found?.mountPoint.length ?? 0)) found = mount;
  }
  return found;
}

/** Blanks, tabs, line ends and backslashes stand there as `\040` and so on. */
function unescapeOctal(text: string): string {
  const bytes: number[] = [];
  for (const [, octal, plain] of text.matchAll(/\\([0-7]{3})|([\s\S])/gu)) {
    if (octal === undefined) bytes.push(...Buffer.from(plain ?? ""));
    else bytes.push(Number.parseInt(octal, 8));
  }
  return Buffer.from(bytes).toString();
}
