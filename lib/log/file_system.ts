import { readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { FileSystemReport, Reach } from "../report/doctor_report.ts";
import { findMount, type Mount, parseMounts } from "./mounts.ts";

/** All writers go through this kernel. */
const localTypes = new Set(
  "ext2 ext3 ext4 xfs btrfs tmpfs ramfs overlay f2fs zfs bcachefs".split(" "),
);

/** Another machine, or Windows beside WSL, may write without this kernel's knowledge. */
const sharedTypes = new Set(
  (
    "9p drvfs virtiofs nfs nfs4 cifs smb2 smb3 smbfs ncpfs afs ceph lustre gpfs ocfs2 gfs2 " +
    "glusterfs vboxsf vmhgfs prl_fs fakeowner grpcfuse"
  ).split(" "),
);

/** FUSE daemons that fetch from another machine. */
const sharedDaemons = /^fuse\.(?:sshfs|glusterfs|vmhgfs|s3fs|rclone|ceph|grpcfuse|davfs|curlftpfs)/;

/** Names of file systems by the number that `statfs(2)` gives, for where there is no table of mounts. */
const typesByMagic: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
  [0x794c7630, "overlay"],
  [0xf2f52010, "f2fs"],
  [0x2fc12fc1, "zfs"],
  [0xca451a4e, "bcachefs"],
  [0x01021997, "9p"],
  [0x6969, "nfs"],
  [0xff534d42, "cifs"],
  [0xfe534d42, "smb2"],
  [0x517b, "smbfs"],
  [0x65735546, "fuse"],
]);

/** A file system, and where the kernel's table of mounts has it. */
export interface FileSystem extends FileSystemReport {
  /** Number of its device in that table, `254:1`; null if it is not known. */
  readonly device: string | null;
}

/**
 * Tells what file system a path lies on, or would lie on: of what is absent the nearest folder counts.
 * Costs about 0.1 ms. Where nothing can be found out the type is `unknown`.
 */
export function identifyFileSystem(path: string): FileSystem {
  try {
    const real = nearestExisting(path);
    return describeFileSystem(findMount(readMounts(), real), statfsSync(real).type >>> 0);
  } catch {
    return describeFileSystem(null, 0);
  }
}

/**
 * Puts together what the table of mounts and `statfs(2)` say. The table knows more names; the number
 * is right also where one mount hides another, so a number that stands for a shared file system wins.
 */
export function describeFileSystem(mount: Mount | null, magic: number): FileSystem {
  const byMagic = typesByMagic.get(magic) ?? "unknown";
  const isHidden =
    mount !== null && reachOf(byMagic) === "shared" && reachOf(mount.type) === "local";
  if (mount === null || isHidden) {
    return { type: byMagic, mountPoint: null, reach: reachOf(byMagic), device: null };
  }
  const isWindowsDrive = /(?:^|,)aname=drvfs\b/.test(mount.options) || /^drvfs/.test(mount.source);
  const { mountPoint, device } = mount;
  const reach = isWindowsDrive ? "shared" : reachOf(mount.type);
  const type = isWindowsDrive && mount.type !== "drvfs" ? `${mount.type} (drvfs)` : mount.type;
  return { type, mountPoint, reach, device };
}

/** Who may write to a file system of that type. */
function reachOf(type: string): Reach {
  if (localTypes.has(type)) return "local";
  if (sharedTypes.has(type) || sharedDaemons.test(type)) return "shared";
  return type === "fuse" || type === "fuseblk" || type.startsWith("fuse.") ? "fuse" : "unknown";
}

function readMounts(): Mount[] {
  try {
    return parseMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return [];
  }
}

/** The path without links, or that of the nearest folder above it that is there. */
function nearestExisting(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const folder = dirname(path);
    if (folder === path) throw error;
    return nearestExisting(folder);
  }
}

/**
 * What to say of a log on a file system that another system shares, or null: no system there knows
 * where the other one's last line ends, so one's line can fall on the other's.
 */
export function warnOfSharing(path: string): string | null {
  const { type, reach } = identifyFileSystem(path);
  if (reach !== "shared") return null;
  return (
    `The log ${path} lies on a file system that another system may write to as well (${type}): ` +
    "lines of both can overwrite each other there; give each system a log of its own, and " +
    "name both files to analyze"
  );
}
